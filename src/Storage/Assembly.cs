using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("DmaGrains.Grains")]
[assembly: InternalsVisibleTo("DmaGrains.Grains.Tests")]
[assembly: InternalsVisibleTo("DmaGrains.Silo")]
[assembly: InternalsVisibleTo("DmaGrains.Silo.Tests")]
[assembly: InternalsVisibleTo("DmaGrains.Testing")]
[assembly: InternalsVisibleTo("DmaGrains.Benchmarks")]
