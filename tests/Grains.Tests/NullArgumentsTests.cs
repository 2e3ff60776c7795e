using System.Collections.Immutable;
using System.Reflection;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;

namespace DmaGrains.Grains.Tests;

public sealed class NullArgumentsTests(SiloFixture silo)
{
    // Called by buffers alone.
    private static readonly string[] _between = ["AddBufferAsync", "RemoveBufferAsync", "ListBuffersAsync"];

    public static TheoryData<string, string, string> Arguments
    {
        get
        {
            var arguments = new TheoryData<string, string, string>();
            var context = new NullabilityInfoContext();
            foreach (var grain in new[] { typeof(IDmaBufferGrain), typeof(IBoardGrain), typeof(IDeviceGrain) })
            {
                foreach (var method in grain.GetMethods().Where(method => !_between.Contains(method.Name)))
                {
                    foreach (var parameter in method.GetParameters().Where(parameter =>
                        !parameter.ParameterType.IsValueType && context.Create(parameter).WriteState == NullabilityState.NotNull))
                    {
                        arguments.Add(grain.Name, method.Name, parameter.Name!);
                    }
                }
            }

            return arguments;
        }
    }

    [Theory]
    [MemberData(nameof(Arguments))]
    public async Task Null_argument_is_refused_by_name(string grain, string method, string argument)
    {
        var board = await silo.NewBoardAsync();
        IAddressable called = grain switch
        {
            nameof(IDmaBufferGrain) => await silo.NewBufferAsync(board),
            nameof(IBoardGrain) => silo.Grains.GetBoard(board),
            _ => silo.Grains.GetDevice(board, "gpu"),
        };
        var invoked = typeof(IDmaBufferGrain).Assembly.GetTypes().Single(type => type.Name == grain).GetMethods()
            .Single(candidate => candidate.Name == method && candidate.GetParameters().Any(parameter => parameter.Name == argument));

        var task = (Task)invoked.Invoke(
            called, [.. invoked.GetParameters().Select(parameter => parameter.Name == argument ? null : ValueFor(parameter, board))])!;
        await task;

        var answer = task.GetType().GetProperty("Result")!.GetValue(task);
        var refusal = Assert.IsType<Refusal>(answer as Refusal ?? answer!.GetType().GetProperty("Refusal")!.GetValue(answer));
        Assert.Equal(Errno.EINVAL, refusal.Errno);
        Assert.NotNull(refusal.Field);
    }

    [Fact]
    public async Task Batch_with_a_null_command_is_refused_by_its_place()
    {
        var buffer = await silo.NewBufferAsync(await silo.NewBoardAsync());

        var refusal = Assert.Single(await buffer.ExecuteAsync([new DmaCommand.Attach("a", "gpu"), null!], goOn: true)).Refusal!;

        Assert.Equal((Errno.EINVAL, "Command"), (refusal.Errno, refusal.Field));
        Assert.Contains("Command 2 ", refusal.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nulls_in_a_definition_or_an_export_are_refused_by_name()
    {
        var board = SiloFixture.BoardNamed("nulls");

        Assert.Equal("Devices", (board with { Devices = [null!] }).Check()?.Field);
        Assert.Equal("Devices", (board with { Devices = default }).Check()?.Field);
        Assert.Equal("Memory", (board with { Memory = default }).Check()?.Field);
        Assert.Equal("Stages", (board with { Stages = default }).Check()?.Field);
        Assert.Equal("Title", (board with { Title = null! }).Check()?.Field);
        Assert.Equal("Board", (board with { Name = null! }).Check()?.Field);
        Assert.Equal("Buffer", new BufferExport(null!, 1).Check()?.Field);
        Assert.Equal("Policy", new BufferExport("frame", 1) { Policy = null! }.Check()?.Field);
        Assert.Equal(
            Errno.EINVAL, (await silo.Grains.GetBoard("nulls").DefineAsync(board with { Devices = [null!] })).Refusal!.Errno);
    }

    private static object? ValueFor(ParameterInfo parameter, string board) =>
        parameter.ParameterType == typeof(string) ? "a"
        : parameter.ParameterType == typeof(BoardDefinition) ? SiloFixture.BoardNamed(board)
        : parameter.ParameterType == typeof(Device) ? new Device("gpu", null)
        : parameter.ParameterType == typeof(BufferExport) ? new BufferExport("frame", 1)
        : parameter.ParameterType == typeof(ImmutableArray<DmaCommand>) ? ImmutableArray<DmaCommand>.Empty
        : parameter.ParameterType.IsValueType ? Activator.CreateInstance(parameter.ParameterType)
        : null;
}
