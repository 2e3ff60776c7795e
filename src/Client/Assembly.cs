using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("DmaGrains.Client.Tests")]
