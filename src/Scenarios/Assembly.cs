using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("DmaGrains.Scenarios.Tests")]
