using DmaGrains.Silo;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

var builder = Host.CreateApplicationBuilder(args);
builder.Configuration.AddEnvironmentVariables("DMAGRAINS_").AddCommandLine(args);

SiloSettings settings;
try
{
    settings = SiloSettings.Read(builder.Configuration);
}
catch (FormatException problem)
{
    await Console.Error.WriteLineAsync($"dmagrains silo: {problem.Message}");
    return ExitCode.Usage;
}

var taken = LoopbackPort.WhyNot("silo-port", settings.SiloPort)
    ?? LoopbackPort.WhyNot("gateway-port", settings.GatewayPort);
if (taken is not null)
{
    await Console.Error.WriteLineAsync($"dmagrains silo: {taken}");
    return ExitCode.Fault;
}

// Orleans tells its whole configuration at every start; Logging:LogLevel:Default=Information brings that back.
builder.Logging.SetMinimumLevel(LogLevel.Warning);

builder.UseOrleans(silo => silo
    .UseLocalhostClustering(
        settings.SiloPort, settings.GatewayPort, serviceId: SiloNames.ServiceId, clusterId: SiloNames.ClusterId)
    .AddDmaGrains(settings.Storage));

using var host = builder.Build();
await host.StartAsync();
Console.WriteLine($"dmagrains silo: ready on 127.0.0.1:{settings.GatewayPort}; stop with Ctrl-C.");
await host.WaitForShutdownAsync();
return ExitCode.Good;
