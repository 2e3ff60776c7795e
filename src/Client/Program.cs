using DmaGrains.Client;

return await CommandLine.RunAsync(args, Console.Out, Console.Error);
