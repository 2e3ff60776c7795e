using System.Reflection;
using System.Runtime.InteropServices;
using DmaGrains.Silo.Clustering;
using DmaGrains.Silo.Hosting;
using DmaGrains.Silo.Settings;
using DmaGrains.Storage.Sqlite;
using DmaGrains.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DmaGrains.Silo;

/// <summary>The silo as a program: <c>DmaGrains.Silo</c>, and <c>dmagrains silo</c>.</summary>
public static class SiloProgram
{
    /// <summary>The version of this build, with its commit.</summary>
    internal static string Version =>
        typeof(SiloProgram).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>Runs a silo until it is told to end, or does what its command line asks for instead.</summary>
    /// <param name="args">The command line: settings, each as <c>--NAME VALUE</c>.</param>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        switch (args)
        {
            case ["--help" or "-h" or "-?"]:
                Help.Write(Console.Out, "DmaGrains.Silo");
                return ExitCode.Good;
            case ["--version"]:
                Console.WriteLine(Version);
                return ExitCode.Good;
            case ["--check", var file]:
                return Check(file);
            case ["--check", ..]:
                return Say("--check takes one SQLite file and nothing else.", ExitCode.Usage);
        }

        SiloSettings settings;
        try
        {
            settings = SiloSettings.Read(SettingSources.Load(args, Environment.GetEnvironmentVariables()));
        }
        catch (OptionsValidationException problem)
        {
            foreach (var failure in problem.Failures)
            {
                Say(failure, ExitCode.Usage);
            }

            return ExitCode.Usage;
        }

        if (PortCheck.WhyNot(settings) is { } taken)
        {
            return Say(taken, ExitCode.Fault);
        }

        // A silo also ends when its cluster has declared it dead: a supervisor must be able to tell that from a normal stop.
        var isTold = false;
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => isTold = true);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => isTold = true);
        try
        {
            await using var backends = await Backends.OpenAsync(settings, CancellationToken.None);
            using var host = SiloHost.Build(settings, backends, args);
            var log = host.Services.GetRequiredService<ILoggerFactory>().CreateLogger(SiloLog.Category);
            if (backends.Storage.Weakness is { } weakness)
            {
                log.StorageIsWeak(weakness);
            }

            if (backends.Ahead.Duration() > ServerClock.Notable)
            {
                log.ClocksDiffer(backends.Ahead.Duration().TotalSeconds, ServerClock.WayOf(backends.Ahead), backends.Server!);
            }

            if (await ServerClock.WhyNotAsync(backends.Ahead, backends.Server, host.Services) is { } off)
            {
                return Say(off, ExitCode.Fault);
            }

            await host.StartAsync();
            log.Ready(settings);
            try
            {
                await SiloHost.RunToEndAsync(host);
            }
            catch (TimeoutException)
            {
                // Returning would wait for the rest of the shutdown.
                Environment.Exit(Say("cannot leave its cluster in time and exits without leaving.", ExitCode.Fault));
            }

            return isTold ? ExitCode.Good : Say("exits unasked: its cluster has declared it dead.", ExitCode.Fault);
        }
        catch (StorageException problem)
        {
            return Say(problem.Message, problem.IsAway ? ExitCode.Unavailable : ExitCode.Fault);
        }
        catch (OperationCanceledException)
        {
            // Stopped before it was ready.
            return ExitCode.Good;
        }
        catch (Exception fault)
        {
            return Say($"fault: {fault.GetType().Name}: {OneLine.Of(fault.Message)}.", ExitCode.Fault);
        }
    }

    private static int Check(string file)
    {
        try
        {
            var findings = SqliteCheck.Findings(file);
            foreach (var finding in findings)
            {
                Say($"{file}: {finding}.", ExitCode.Fault);
            }

            if (findings.Count > 0)
            {
                return ExitCode.Fault;
            }

            Console.WriteLine($"{file}: ok");
            return ExitCode.Good;
        }
        catch (StorageException problem)
        {
            return Say(problem.Message, ExitCode.Fault);
        }
    }

    private static int Say(string problem, int code)
    {
        Console.Error.WriteLine($"dmagrains silo: {problem}");
        return code;
    }
}
