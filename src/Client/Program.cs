using DmaGrains.Client;
using DmaGrains.Client.Output;

if (args is ["experiment", ..])
{
    // On a cluster it waits for replies thousands of times a second, and threads of the pool would spin before each wait. Read when the pool
    // starts. Other commands wait little: they keep .NET's default.
    AppContext.SetData("System.Threading.ThreadPool.UnfairSemaphoreSpinLimit", "0");
}

return await CommandLine.RunAsync(args, AnswerStream.Open(), Console.Error);
