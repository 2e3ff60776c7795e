using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("DmaGrains.ClusterClient")]
[assembly: InternalsVisibleTo("DmaGrains.Silo")]
[assembly: InternalsVisibleTo("DmaGrains.Silo.Tests")]
