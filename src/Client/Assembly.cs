using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("DmaGrains.Client.Tests")]
[assembly: InternalsVisibleTo("DmaGrains.Silo.Tests")]
