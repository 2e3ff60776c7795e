using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("DmaGrains.Analysis")]
[assembly: InternalsVisibleTo("DmaGrains.Reports.Tests")]
[assembly: InternalsVisibleTo("DmaGrains.Scenarios")]
