using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("DmaGrains.Experiments.Tests")]
[assembly: InternalsVisibleTo("DmaGrains.Grains")]
[assembly: InternalsVisibleTo("DmaGrains.Grains.Tests")]
