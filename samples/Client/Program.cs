using DmaGrains.ClusterClient;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using MyService;

// Options come from the section DmaGrains of appsettings.json, the environment (DmaGrains__Gateways__0) and the command line
// (--DmaGrains:Gateways:0=127.0.0.1:30000). The client connects before PlaybackService starts.
var builder = Host.CreateApplicationBuilder(args);
builder.AddDmaGrainsClient();
builder.Services.AddHostedService<PlaybackService>();
await builder.Build().RunAsync();
