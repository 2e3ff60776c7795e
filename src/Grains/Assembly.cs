using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("DmaGrains.Grains.Tests")]
