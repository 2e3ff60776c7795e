using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("DmaGrains.Silo.Tests")]
[assembly: InternalsVisibleTo("DmaGrains.Testing.Tests")]
[assembly: InternalsVisibleTo("DmaGrains.Grains.Tests")]
