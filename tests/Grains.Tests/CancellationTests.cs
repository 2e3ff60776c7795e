using System.Reflection;
using DmaGrains.Analysis.Checking;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Testing;

namespace DmaGrains.Grains.Tests;

/// <summary>
/// A caller that gives up hears so at once. What has not begun is not begun, what only reads stops, and a command that has asked memory or
/// writes is carried out: sent again under its id, it gets its reply.
/// </summary>
public sealed class CancellationTests(SiloFixture silo)
{
    private const int ManyDevices = 200;

    [Fact]
    public void Every_method_of_every_grain_takes_a_token_last_and_can_be_called_without()
    {
        MethodInfo[] methods =
        [
            .. new[] { typeof(IDmaBufferGrain).Assembly, typeof(GrainsForGrains).Assembly }
                .SelectMany(assembly => assembly.GetTypes())
                .Where(type => type.IsInterface && typeof(IAddressable).IsAssignableFrom(type))
                .SelectMany(type => type.GetMethods()),
            .. typeof(DmaBufferCommands).GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly),
            .. typeof(Listings).GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly),
        ];

        Assert.True(methods.Length > 60, $"only {methods.Length} methods were found");
        Assert.All(methods, method => Assert.True(
            method.GetParameters() is [.., { HasDefaultValue: true } last] && last.ParameterType == typeof(CancellationToken),
            $"{method.DeclaringType}.{method.Name}"));
    }

    [Fact]
    public async Task A_call_whose_token_is_cancelled_already_is_not_sent()
    {
        var board = await silo.NewBoardAsync();
        var buffer = await silo.NewBufferAsync(board);
        MethodInfo[] methods =
        [
            .. GrainCalls.Interfaces.SelectMany(type => type.GetMethods()),
            .. typeof(DmaBufferCommands).GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly),
        ];

        foreach (var method in methods)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => GrainCalls.CallAsync(
                method, GrainCalls.GrainOf(method, silo.Grains, board), GrainCalls.RightArguments(method, board), new(canceled: true)));
        }

        Assert.True((await buffer.DescribeAsync()).Value is { IsReleasedByAll: false, Attachments.IsEmpty: true });
    }

    [Fact]
    public async Task A_command_that_waits_behind_a_slow_one_is_never_begun()
    {
        var buffer = await silo.NewBufferAsync(await silo.NewBoardAsync());
        var caller = new DmaCaller();
        var late = new DmaCommand.Attach("late", "gpu") { Id = caller.Next() };
        using var held = silo.Storage.HoldWrites(buffer);
        var slow = buffer.AttachAsync("slow", "gpu");
        await silo.WaitForHeldWriteAsync(buffer);
        using var source = new CancellationTokenSource();
        var waiting = buffer.ExecuteAsync(late, source.Token);
        await ArriveAsync(buffer);

        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.False(slow.IsCompleted);
        await ComeThroughAsync();
        held.Release();

        Assert.True((await slow).IsGranted);
        await buffer.RecalcConstraintsAsync();
        Assert.Equal("slow", Assert.Single((await buffer.DescribeAsync()).Value.Attachments).Name);
        Assert.True((await buffer.ExecuteAsync(late)).IsGranted);
    }

    [Fact]
    public async Task A_command_whose_write_has_begun_is_carried_out_and_answers_when_it_is_sent_again()
    {
        var buffer = await silo.NewBufferAsync(await silo.NewBoardAsync());
        var attach = new DmaCommand.Attach("a", "disk") { Id = new DmaCaller().Next() };
        using var held = silo.Storage.HoldWrites(buffer);
        using var source = new CancellationTokenSource();
        var attaching = buffer.ExecuteAsync(attach, source.Token);
        await silo.WaitForHeldWriteAsync(buffer);

        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => attaching);
        await ComeThroughAsync();
        var writes = silo.Storage.WriteCount(buffer) + 1;
        held.Release();
        var again = await buffer.ExecuteAsync(attach);

        Assert.Equal(65536u, again.Value.Constraints.MaxSegmentSize);
        Assert.Single((await buffer.DescribeAsync()).Value.Attachments);
        Assert.Equal(writes, silo.Storage.WriteCount(buffer));
    }

    [Fact]
    public async Task A_map_that_has_asked_memory_records_what_it_gets()
    {
        var board = await silo.NewBoardAsync();
        var buffer = await silo.NewBufferAsync(board);
        await buffer.AttachAsync("a", "disk");
        var map = new DmaCommand.Map("m", "a", DmaDirection.ToDevice) { Id = new DmaCaller().Next() };
        var memory = silo.Grains.GetMemory(board);
        using var held = silo.Storage.HoldWrites(memory);
        using var source = new CancellationTokenSource();
        var mapping = buffer.ExecuteAsync(map, source.Token);
        await silo.WaitForHeldWriteAsync(memory);

        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => mapping);
        await ComeThroughAsync();
        held.Release();

        // It waits for the buffer's turn, and changes nothing.
        await buffer.RecalcConstraintsAsync();
        var mapped = Assert.Single((await buffer.DescribeAsync()).Value.Mappings);
        var again = (await buffer.ExecuteAsync(map)).Value.Mapping!;
        Assert.Equal(mapped.ToSegments(), again.ToSegments());
        Assert.Single(await memory.GetHeldAsync());
    }

    [Fact]
    public async Task An_attach_that_waits_for_its_device_stops_and_the_buffer_goes_on()
    {
        var board = await silo.NewBoardAsync();
        var buffer = await silo.NewBufferAsync(board);
        await using var stuck = await StuckDevice.HoldAsync(silo, board, "disk");
        using var source = new CancellationTokenSource();
        var attaching = buffer.AttachAsync("a", "disk", cancellationToken: source.Token);
        await ArriveAsync(buffer);

        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => attaching);

        // The device still does not answer; the buffer does.
        Assert.True((await buffer.BeginCpuAccessAsync("c", DmaDirection.FromDevice)).Refusal is not { Errno: Errno.ENOENT });
        Assert.Empty((await buffer.DescribeAsync()).Value.Attachments);
    }

    [Fact]
    public async Task A_batch_is_carried_out_whole_or_not_at_all()
    {
        var board = await silo.NewBoardAsync();
        var buffer = await silo.NewBufferAsync(board);
        await buffer.AttachAsync("first", "gpu");
        var batch = new DmaCaller().Number([new DmaCommand.Attach("a", "gpu"), new DmaCommand.Attach("b", "disk")]);
        await using (var stuck = await StuckDevice.HoldAsync(silo, board, "disk"))
        {
            using var source = new CancellationTokenSource();
            var sending = buffer.ExecuteAsync(batch, goOn: true, source.Token);
            await ArriveAsync(buffer);
            await source.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
            await ComeThroughAsync();
            Assert.Equal("first", Assert.Single((await buffer.DescribeAsync()).Value.Attachments).Name);
        }

        // It waits for the buffer's turn, and changes nothing.
        await buffer.RecalcConstraintsAsync();
        var attached = (await buffer.DescribeAsync()).Value.Attachments;
        var replies = await buffer.ExecuteAsync(batch, goOn: true);

        Assert.True(attached.Length is 1 or 3, $"{attached.Length} are attached");
        Assert.Equal(2, replies.Count(reply => reply.IsGranted));
        Assert.Equal(["a", "b", "first"], (await buffer.DescribeAsync()).Value.Attachments.Select(attachment => attachment.Name));
    }

    [Fact]
    public async Task A_definition_stops_half_way_and_the_next_one_completes_it()
    {
        var definition = BoardOfMany("halted");
        var board = silo.Grains.GetBoard(definition.Name);
        var half = silo.Grains.GetDevice(definition.Name, NameOf(ManyDevices / 2));
        var last = silo.Grains.GetDevice(definition.Name, NameOf(ManyDevices - 1));
        using var held = silo.Storage.HoldWrites(half);
        using var source = new CancellationTokenSource();
        var defining = board.DefineAsync(definition, source.Token);
        await silo.WaitForHeldWriteAsync(half);

        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => defining);
        await ComeThroughAsync();
        held.Release();

        Assert.Equal(Errno.ENOENT, (await board.GetAsync()).Refusal!.Errno);
        Assert.Equal(Errno.ENODEV, (await last.GetAsync()).Refusal!.Errno);
        Assert.True((await board.DefineAsync(definition)).IsGranted);
        Assert.True((await last.GetAsync()).IsGranted);
        Assert.Empty((await BoardCheck.RunAsync(silo.Grains, definition.Name)).Value.Findings);
    }

    [Fact]
    public async Task A_removal_stops_half_way_and_the_next_one_completes_it()
    {
        var definition = BoardOfMany("half-gone");
        var board = silo.Grains.GetBoard(definition.Name);
        await board.DefineAsync(definition);
        var half = silo.Grains.GetDevice(definition.Name, NameOf(ManyDevices / 2));
        var last = silo.Grains.GetDevice(definition.Name, NameOf(ManyDevices - 1));
        using var held = silo.Storage.HoldWrites(half);
        using var source = new CancellationTokenSource();
        var removing = board.RemoveAsync(source.Token);
        await silo.WaitForHeldWriteAsync(half);

        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => removing);
        await ComeThroughAsync();
        held.Release();

        Assert.Equal(Errno.ENOENT, (await board.GetAsync()).Refusal!.Errno);
        Assert.True((await last.GetAsync()).IsGranted);
        Assert.Null(await board.RemoveAsync());
        Assert.Equal(Errno.ENODEV, (await last.GetAsync()).Refusal!.Errno);
        Assert.True((await board.DefineAsync(definition)).IsGranted);
    }

    [Fact]
    public async Task A_check_of_a_board_stops_while_one_of_its_grains_is_silent()
    {
        var board = await silo.NewBoardAsync();
        var memory = silo.Grains.GetMemory(board);
        var buffer = await silo.NewBufferAsync(board);
        await buffer.AttachAsync("a", "disk");
        using var held = silo.Storage.HoldWrites(memory);
        var mapping = buffer.MapAttachmentAsync("m", "a", DmaDirection.ToDevice);
        await silo.WaitForHeldWriteAsync(memory);
        using var source = new CancellationTokenSource();
        var checking = BoardCheck.RunAsync(silo.Grains, board, source.Token);

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => checking);
        Assert.False(mapping.IsCompleted);
        held.Release();
        Assert.True((await mapping).IsGranted);
    }

    private static string NameOf(int device) => $"d{device}";

    private static BoardDefinition BoardOfMany(string name) => SiloFixture.BoardNamed(name) with
    {
        Devices = [.. Enumerable.Range(0, ManyDevices).Select(number => new Device(NameOf(number), null))],
    };

    /// <summary>Returns when what was sent to a buffer has arrived: calls overtake each other, but not by so many round trips.</summary>
    private static async Task ArriveAsync(IDmaBufferGrain buffer)
    {
        for (var trip = 0; trip < 8; trip++)
        {
            await buffer.DescribeAsync();
        }
    }

    /// <summary>
    /// Returns when the silo has seen all cancellations so far. It is told of them in order, so one more is sent, of a read that holds up a
    /// buffer; when it has come, the buffer goes on.
    /// </summary>
    private async Task ComeThroughAsync()
    {
        var board = await silo.NewBoardAsync();
        var buffer = await silo.NewBufferAsync(board);
        await buffer.AttachAsync("a", "disk");
        await using var stuck = await StuckDevice.HoldAsync(silo, board, "disk");
        using var source = new CancellationTokenSource();
        var reading = buffer.RecalcConstraintsAsync(source.Token);
        await ArriveAsync(buffer);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        Assert.True((await buffer.DetachAsync("a")).IsGranted);
    }

    /// <summary>A device that answers nobody, because it is being changed and its write is held.</summary>
    private sealed class StuckDevice(HeldWrites held, Task changing) : IAsyncDisposable
    {
        public static async Task<StuckDevice> HoldAsync(SiloFixture silo, string board, string name)
        {
            var device = silo.Grains.GetDevice(board, name);
            var known = (await device.GetAsync()).Value;
            var held = silo.Storage.HoldWrites(device);
            var changing = silo.Grains.GetBoard(board).SetDeviceAsync(known with { DmaMask = int.MaxValue });
            await silo.WaitForHeldWriteAsync(device);
            return new(held, changing);
        }

        public async ValueTask DisposeAsync()
        {
            held.Dispose();
            await changing;
        }
    }
}
