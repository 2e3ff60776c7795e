using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("DmaGrains.Model.Tests")]
