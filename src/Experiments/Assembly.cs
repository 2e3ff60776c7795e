using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("DmaGrains.Experiments.Tests")]
