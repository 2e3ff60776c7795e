using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using DmaGrains.Grains.Buffers;
using DmaGrains.Interfaces;
using DmaGrains.Model.Boards;
using DmaGrains.Scenarios.Files;
using DmaGrains.Silo;
using DmaGrains.Storage;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Serialization;
using Orleans.TestingHost;

namespace DmaGrains.Testing;

/// <summary>Silos of DmaGrains and a client in this process, for tests. Nothing survives the process.</summary>
/// <remarks>
/// Starting a cluster takes a second or two in a fresh process and a few tenths of a second later: share it between tests, and give each
/// test its own board. Members may be called from any thread; start, stop and kill silos one at a time.
/// </remarks>
public sealed class DmaTestCluster : IAsyncDisposable
{
    private readonly InProcessTestCluster _cluster;
    private readonly ConcurrentQueue<int> _places = new();
    private readonly List<InProcessSiloHandle?> _silos = [];
    private int _nextBoard;

    private DmaTestCluster(int silos, TimeSpan responseTimeout, Action<ISiloBuilder>? configureSilo)
    {
        ResponseTimeout = responseTimeout;
        Storage = new(Events);
        var builder = new InProcessTestClusterBuilder((short)silos);
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureSilo((_, silo) =>
        {
            var link = new SiloLink(
                _places.TryDequeue(out var place) ? place : throw new InvalidOperationException("A silo without a place."));
            silo.AddDmaGrains(new SharedProvider(Storage, link));
            silo.Services.AddSingleton(link);

            // Orleans' default goes by load, and may have all the grains of a test on one silo.
            silo.Services.AddSingleton<PlacementStrategy, RandomPlacement>();
            silo.AddIncomingGrainCallFilter(new CommandWatch(Events, link.Silo));
            silo.Configure<SiloMessagingOptions>(options => options.ResponseTimeout = ResponseTimeout);
            configureSilo?.Invoke(silo);
        });
        builder.ConfigureClient(client =>
            client.Configure<ClientMessagingOptions>(options => options.ResponseTimeout = ResponseTimeout));
        _cluster = builder.Build();
    }

    /// <summary>How long a call waits for its reply before it fails, unless the grain method states another timeout.</summary>
    public TimeSpan ResponseTimeout { get; }

    /// <summary>How long <see cref="WaitForAsync(Func{ClusterEvent, bool}, TimeSpan?, long, string)"/> waits by default.</summary>
    public static TimeSpan WaitTimeout { get; } = TimeSpan.FromSeconds(10);

    /// <summary>Gives grains, as any client gets them.</summary>
    public IGrainFactory Grains => _cluster.Client;

    /// <summary>The storage of the grains, and how to make it fail.</summary>
    public ClusterStorage Storage { get; }

    /// <summary>The events so far.</summary>
    public EventLog Events { get; } = new();

    /// <summary>How many silos were started; they are numbered from 0.</summary>
    public int SiloCount => _silos.Count;

    /// <summary>Starts a cluster; it is ready when this completes.</summary>
    /// <param name="silos">How many silos, at least 1.</param>
    /// <param name="responseTimeout">
    /// The <see cref="ResponseTimeout"/>; null for 10 seconds. A call to a killed silo fails after it.
    /// </param>
    /// <param name="configureSilo">Configures each silo further, for example its logging; null for nothing.</param>
    public static async Task<DmaTestCluster> StartAsync(
        int silos = 1, TimeSpan? responseTimeout = null, Action<ISiloBuilder>? configureSilo = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(silos, 1);
        var cluster = new DmaTestCluster(silos, responseTimeout ?? TimeSpan.FromSeconds(10), configureSilo);
        try
        {
            await cluster.DeployAsync(silos);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Defines a board from a YAML file.</summary>
    /// <param name="file">The file; a relative path is looked up next to the test assembly, then in the current folder.</param>
    /// <param name="name">The board's name; null for the name in the file with a number appended, which is unique in the cluster.</param>
    /// <returns>The board as defined; its <see cref="BoardDefinition.Name"/> leads to its buffers.</returns>
    /// <exception cref="FileFormatException">The file cannot be read, or is not a valid board.</exception>
    /// <exception cref="InvalidOperationException">The cluster refuses the board.</exception>
    public Task<BoardDefinition> SeedBoardAsync(string file, string? name = null)
    {
        var beside = Path.Combine(AppContext.BaseDirectory, file);
        return SeedBoardAsync(BoardFile.Read(File.Exists(beside) ? beside : file), name);
    }

    /// <summary>Defines a board from YAML text.</summary>
    /// <param name="yaml">The text of a board file.</param>
    /// <param name="name">The board's name; null for the name in the text with a number appended, which is unique in the cluster.</param>
    /// <returns>The board as defined.</returns>
    /// <exception cref="FileFormatException">The text is not a valid board.</exception>
    /// <exception cref="InvalidOperationException">The cluster refuses the board.</exception>
    public Task<BoardDefinition> SeedBoardTextAsync(string yaml, string? name = null) =>
        SeedBoardAsync(BoardFile.Parse(yaml, "board.yaml"), name);

    /// <summary>Defines a board.</summary>
    /// <param name="board">The board.</param>
    /// <param name="name">Its name in the cluster; null for its own name with a number appended, which is unique in the cluster.</param>
    /// <returns>The board as defined.</returns>
    /// <exception cref="InvalidOperationException">The cluster refuses the board.</exception>
    public async Task<BoardDefinition> SeedBoardAsync(BoardDefinition board, string? name = null)
    {
        name ??= string.Create(CultureInfo.InvariantCulture, $"{board.Name}.{Interlocked.Increment(ref _nextBoard)}");
        var defined = await Grains.GetBoard(name).DefineAsync(board with { Name = name });
        return defined.TryGetValue(out var seeded)
            ? seeded
            : throw new InvalidOperationException($"The board {name} is refused with {defined.Refusal}");
    }

    /// <summary>A buffer of a board, exported or not.</summary>
    public IDmaBufferGrain Buffer(BoardDefinition board, string name) => Buffer(board.Name, name);

    /// <summary>A buffer of a board, exported or not.</summary>
    public IDmaBufferGrain Buffer(string board, string name) => Grains.GetBuffer(board, name);

    /// <summary>The silo on which a grain is active, from 0; null when it is not active, as before its first call.</summary>
    public int? SiloOf(IAddressable grain) =>
        _cluster.TryGetGrainContext(grain.GetGrainId(), out var found)
        && _silos.FindIndex(silo => silo is not null && silo.SiloAddress.Equals(found.Address.SiloAddress)) is >= 0 and var index
            ? index
            : null;

    /// <summary>Starts one more silo.</summary>
    /// <returns>Its number, from 0.</returns>
    public async Task<int> AddSiloAsync()
    {
        _silos.Add(null);
        await StartSiloAsync(_silos.Count - 1);
        return _silos.Count - 1;
    }

    /// <summary>
    /// Kills a silo as if its machine had lost power: nothing that it is doing reaches the storage, not even held writes. Its grains are
    /// activated on other silos at their next call. A call in progress fails, at the latest after <see cref="ResponseTimeout"/>.
    /// </summary>
    /// <param name="silo">Which silo, from 0.</param>
    /// <remarks>
    /// This is not SIGKILL: the silo runs in this process and is stopped without finishing its work, and the others learn of it at once.
    /// To test how long a real loss goes unnoticed, use separate processes.
    /// </remarks>
    public async Task KillSiloAsync(int silo)
    {
        var handle = Running(silo);
        handle.ServiceProvider.GetRequiredService<SiloLink>().Cut();
        Events.Add(new ClusterEvent.SiloKilled(silo));
        _silos[silo] = null;
        await _cluster.KillSiloAsync(handle);
        await _cluster.WaitForLivenessToStabilizeAsync(didKill: true);
    }

    /// <summary>Stops a silo in an orderly way: its grains finish what they are doing.</summary>
    /// <param name="silo">Which silo, from 0.</param>
    public async Task StopSiloAsync(int silo)
    {
        var handle = Running(silo);
        _silos[silo] = null;
        await _cluster.StopSiloAsync(handle);
        await _cluster.WaitForLivenessToStabilizeAsync();
        Events.Add(new ClusterEvent.SiloStopped(silo));
    }

    /// <summary>Starts a silo in place of one that was killed or stopped; a running one is stopped first.</summary>
    /// <param name="silo">Which silo, from 0.</param>
    public async Task RestartSiloAsync(int silo)
    {
        if (_silos[silo] is not null)
        {
            await StopSiloAsync(silo);
        }

        await StartSiloAsync(silo);
    }

    /// <summary>Waits for an event. None can be missed: events before the call count too.</summary>
    /// <param name="matches">Whether an event is the wanted one.</param>
    /// <param name="timeout">How long to wait; null for <see cref="WaitTimeout"/>.</param>
    /// <param name="after">Only events with a higher number count: a mark that was taken before from <see cref="EventLog.Last"/>, or
    /// the number of an event. 0 for all since the cluster's start.</param>
    /// <param name="wanted">Filled in by the compiler: the text of <paramref name="matches"/>, for messages.</param>
    /// <returns>The first such event.</returns>
    /// <exception cref="TimeoutException">No such event happened. The message lists those that did.</exception>
    public Task<ClusterEvent> WaitForAsync(
        Func<ClusterEvent, bool> matches,
        TimeSpan? timeout = null,
        long after = 0,
        [CallerArgumentExpression(nameof(matches))] string wanted = "") =>
        Events.WaitForAsync(matches, after, timeout ?? WaitTimeout, wanted);

    /// <summary>Waits for an event of a type. None can be missed: events before the call count too.</summary>
    /// <typeparam name="TEvent">The type of event.</typeparam>
    /// <param name="matches">Whether an event is the wanted one.</param>
    /// <param name="timeout">How long to wait; null for <see cref="WaitTimeout"/>.</param>
    /// <param name="after">Only events with a higher number count: a mark, or the number of an event. 0 for all.</param>
    /// <param name="wanted">Filled in by the compiler: the text of <paramref name="matches"/>, for messages.</param>
    /// <returns>The first such event.</returns>
    /// <exception cref="TimeoutException">No such event happened. The message lists those that did.</exception>
    public Task<TEvent> WaitForAsync<TEvent>(
        Func<TEvent, bool> matches,
        TimeSpan? timeout = null,
        long after = 0,
        [CallerArgumentExpression(nameof(matches))] string wanted = "")
        where TEvent : ClusterEvent => Events.WaitForAsync(matches, after, timeout ?? WaitTimeout, wanted);

    /// <summary>
    /// Checks every board of the cluster from outside: each buffer's own invariants, its union against its importers, that no page has
    /// two owners, that nothing is held for no buffer, that the board lists its living buffers, and that the cluster lists the board. No
    /// command may run meanwhile.
    /// </summary>
    /// <exception cref="InvariantException">Something is wrong; the exception lists everything that is.</exception>
    public Task CheckInvariantsAsync() => new ClusterCheck(Grains, Storage).RunAsync();

    /// <summary>Checks one board as <see cref="CheckInvariantsAsync()"/> does; commands may run on other boards.</summary>
    /// <exception cref="InvariantException">Something is wrong, or there is no such board.</exception>
    public Task CheckInvariantsAsync(BoardDefinition board) =>
        new ClusterCheck(Grains, Storage).RunAsync([board.Name]);

    /// <summary>Deactivates a grain; its next call reads storage again. Completes when the activation has ended.</summary>
    public Task DeactivateAsync(IAddressable grain) => _cluster.DeactivateAsync(grain.GetGrainId());

    /// <summary>A stored state of a grain; null when nothing is stored.</summary>
    /// <typeparam name="T">The type of the state.</typeparam>
    /// <param name="grain">The grain.</param>
    /// <param name="state">The state's name, such as <c>buffer</c>.</param>
    public T? ReadState<T>(IAddressable grain, string state)
        where T : class => Storage.Find(new(state, grain.GetGrainId())) switch
        {
            { Bytes: { } bytes } => Serializer.Deserialize<T>(bytes),
            { Rows.IsEmpty: false } => (T?)(object?)DmaBufferRecord.Replay(JournalOf(grain).ReadAsync(CancellationToken.None).Result, Serializer),
            _ => null,
        };

    /// <summary>Stores a state behind a grain's back, as a fault of the storage might. The grain must not be called meanwhile.</summary>
    /// <typeparam name="T">The type of the state.</typeparam>
    /// <param name="grain">The grain.</param>
    /// <param name="state">The state's name, such as <c>buffer</c>.</param>
    /// <param name="value">What the grain finds at its next call.</param>
    public async Task WriteStateAsync<T>(IAddressable grain, string state, T value)
        where T : class
    {
        await DeactivateAsync(grain);
        var bytes = Serializer.SerializeToArray(value);
        if (value is DmaBufferRecord)
        {
            var journal = JournalOf(grain);
            await journal.ReadAsync(CancellationToken.None);
            await journal.ReplaceAsync(bytes);
        }
        else
        {
            Storage.Put(new(state, grain.GetGrainId()), bytes);
        }
    }

    /// <summary>Stops the silos; held writes are released first.</summary>
    public async ValueTask DisposeAsync()
    {
        Storage.ReleaseAll();
        await _cluster.DisposeAsync();
    }

    private Serializer Serializer => _cluster.Client.ServiceProvider.GetRequiredService<Serializer>();

    private SealedJournal JournalOf(IAddressable grain) => new(new SharedJournals(Storage, link: null), grain.GetGrainId().ToString());

    private async Task DeployAsync(int silos)
    {
        for (var place = 0; place < silos; place++)
        {
            _places.Enqueue(place);
            _silos.Add(null);
        }

        await _cluster.DeployAsync();
        foreach (var handle in _cluster.Silos)
        {
            Note(handle);
        }
    }

    private async Task StartSiloAsync(int silo)
    {
        _places.Enqueue(silo);
        var handle = await _cluster.StartAdditionalSiloAsync();
        await _cluster.WaitForLivenessToStabilizeAsync();
        Note(handle);
    }

    private void Note(InProcessSiloHandle handle)
    {
        var silo = handle.ServiceProvider.GetRequiredService<SiloLink>().Silo;
        _silos[silo] = handle;
        Events.Add(new ClusterEvent.SiloStarted(silo));
    }

    private InProcessSiloHandle Running(int silo) =>
        _silos[silo] ?? throw new InvalidOperationException($"Silo {silo} does not run.");
}
