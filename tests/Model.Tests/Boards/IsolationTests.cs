using CsCheck;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Translation;
using static DmaGrains.Model.Tests.Boards.AnyDevices;

namespace DmaGrains.Model.Tests.Boards;

public sealed class IsolationTests
{
    private static readonly Gen<BoardDefinition> _board = Gen.Select(BehindStages, Gen.UInt[1, 2].Array[3], (devices, contexts) =>
        SmallBoard.Definition with
        {
            Devices = [.. devices],
            Stages = [.. contexts.Select((count, index) => Stage($"s{index}", count))],
        });

    [Fact]
    public void A_device_is_isolated_exactly_when_it_stands_behind_an_MMU() =>
        _board.Sample(board => board.Devices.All(device =>
            (DeviceIsolation.Of(device, board) == Isolation.None) == !device.IsTranslated));

    [Fact]
    public void A_device_has_a_space_of_its_own_exactly_when_an_MMU_is_behind_nobody_else() =>
        _board.Sample(board => board.Devices.All(device =>
        {
            string?[] others = [.. board.Devices.Remove(device).SelectMany(other => (string?[])[other.Iommu, other.BusMmu])];
            var own = ((string?[])[device.Iommu, device.BusMmu]).OfType<string>().Except(others).ToList();
            var contexts = board.Stages.Where(stage => own.Contains(stage.Name)).Select(stage => stage.ContextCount).ToList();

            var isolation = DeviceIsolation.Of(device, board);

            return own.Count == 0
                ? isolation <= Isolation.Shared
                : isolation == (contexts.Max() > 1 ? Isolation.PerContext : Isolation.Own);
        }));

    [Fact]
    public void Another_device_on_the_board_never_isolates_better() =>
        Gen.Select(_board, BehindStages.Where(devices => devices.Length != 0)).Sample((board, more) =>
        {
            var shared = board with { Devices = board.Devices.Add(more[0] with { Name = "more" }) };

            return board.Devices.All(device => DeviceIsolation.Of(device, shared) <= DeviceIsolation.Of(device, board));
        });

    [Theory]
    [InlineData("wide", Isolation.None)]
    [InlineData("vop", Isolation.Shared)]
    [InlineData("ttm", Isolation.Shared)]
    [InlineData("stacked", Isolation.Own)]
    [InlineData("gpu", Isolation.PerContext)]
    public void Isolation_of_the_devices_of_a_board(string name, Isolation isolation)
    {
        var device = MappedBoard.Definition.Devices.Single(device => device.Name == name);

        Assert.Equal(isolation, DeviceIsolation.Of(device, MappedBoard.Definition));
    }

    private static IommuStage Stage(string name, uint contexts) =>
        new(name, new(new(0x1000), new(0xffffff), 4096)) { ContextCount = contexts };
}
