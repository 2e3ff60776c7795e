using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("DmaGrains.Silo.Tests")]
