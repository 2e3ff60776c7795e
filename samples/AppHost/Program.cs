// One command starts a silo and a client of it, with logs and traces of both in Aspire's dashboard.
var builder = DistributedApplication.CreateBuilder(args);

var silo = builder.AddProject<Projects.MyHost>("silo")
    .WithArgs("11111", "30000");

builder.AddProject<Projects.MyService>("client")
    .WithEnvironment("DmaGrains__Gateways__0", "127.0.0.1:30000")
    .WaitFor(silo);

builder.Build().Run();
