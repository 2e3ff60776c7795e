using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("DmaGrains.Experiments")]
[assembly: InternalsVisibleTo("DmaGrains.Experiments.Tests")]
[assembly: InternalsVisibleTo("DmaGrains.Kernel.Tests")]
