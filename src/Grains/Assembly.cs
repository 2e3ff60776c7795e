using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("DmaGrains.Benchmarks")]
[assembly: InternalsVisibleTo("DmaGrains.Grains.Tests")]
[assembly: InternalsVisibleTo("DmaGrains.Testing.Tests")]
