using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("DmaGrains.Analysis")]
[assembly: InternalsVisibleTo("DmaGrains.Analysis.Tests")]
[assembly: InternalsVisibleTo("DmaGrains.Experiments")]
[assembly: InternalsVisibleTo("DmaGrains.Experiments.Tests")]
[assembly: InternalsVisibleTo("DmaGrains.Kernel")]
[assembly: InternalsVisibleTo("DmaGrains.Kernel.Tests")]
[assembly: InternalsVisibleTo("DmaGrains.Scenarios.Tests")]
