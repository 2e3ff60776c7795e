using DmaGrains.Client;
using DmaGrains.Client.Output;

if (args is ["experiment", ..])
{
    // On a cluster it waits for replies thousands of times a second, and threads of the pool would spin before each wait. Read when the pool
    // starts. Other commands wait little: they keep .NET's default.
    AppContext.SetData("System.Threading.ThreadPool.UnfairSemaphoreSpinLimit", "0");
}

if (args is ["advise" or "capture" or "check" or "doctor" or "list" or "show", ..])
{
    // YamlDotNet makes two expressions of names that no file of ours has, and asks for them as machine code, which takes 8 ms. These commands
    // are short, and start no silo: Orleans' serializers are code that is made at the start. Read when an expression is first made.
    AppContext.SetSwitch("System.Runtime.CompilerServices.RuntimeFeature.IsDynamicCodeSupported", false);
}

return await CommandLine.RunAsync(args, AnswerStream.Open(), Console.Error);
