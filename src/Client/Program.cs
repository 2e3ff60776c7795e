using DmaGrains.Client;
using DmaGrains.Client.Output;

return await CommandLine.RunAsync(args, AnswerStream.Open(), Console.Error);
