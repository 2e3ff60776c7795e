using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("DmaGrains.Analysis.Tests")]
