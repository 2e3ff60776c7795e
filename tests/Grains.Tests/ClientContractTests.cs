using DmaGrains.Interfaces;

namespace DmaGrains.Grains.Tests;

/// <summary>What clients can call, by type: all of it is in the interfaces, and what grains ask each other is not.</summary>
public sealed class ClientContractTests
{
    private static readonly Type[] _ofGrains =
        [.. typeof(GrainsForGrains).Assembly.GetTypes().Where(type => type.IsInterface && typeof(IGrain).IsAssignableFrom(type))];

    [Fact]
    public void No_interface_among_grains_can_be_named_by_a_client()
    {
        Assert.NotEmpty(_ofGrains);
        Assert.All(_ofGrains, type => Assert.False(type.IsVisible, $"{type} is visible"));
    }

    [Fact]
    public void A_client_can_neither_free_nor_unmap_nor_list_nor_register_nor_settle()
    {
        var calls = typeof(IDmaBufferGrain).Assembly.GetExportedTypes()
            .Where(type => type.IsInterface && typeof(IGrain).IsAssignableFrom(type))
            .SelectMany(type => type.GetMethods().Select(method => $"{type.Name}.{method.Name}"));

        Assert.Equal(
            [
                "IBoardGrain.DefineAsync", "IBoardGrain.GetAsync", "IBoardGrain.ListBuffersAsync", "IBoardGrain.RemoveAsync",
                "IBoardGrain.ReplaceAsync", "IBoardGrain.SetDeviceAsync", "IBoardGrain.SwitchContextAsync",
                "IBoardListGrain.ListAsync",
                "IDeviceGrain.GetAsync",
                "IDmaBufferGrain.DescribeAsync", "IDmaBufferGrain.ExecuteAsync", "IDmaBufferGrain.ExportAsync",
                "IDmaBufferGrain.GetConstraintsAsync", "IDmaBufferGrain.HistoryAsync", "IDmaBufferGrain.RecalcConstraintsAsync",
                "IDmaBufferGrain.RepairAsync", "IDmaBufferGrain.TestMapAttachmentAsync",
                "IExperimentGrain.GetStatusAsync", "IExperimentGrain.StartAsync", "IExperimentGrain.StopAsync",
                "IMemoryGrain.DescribeAsync", "IMemoryGrain.GetHeldAsync",
                "ITranslationGrain.GetHeldAsync",
            ],
            calls.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_grains_ask_of_each_other_extends_what_clients_ask()
    {
        var extended = _ofGrains.Where(type => type.Name.EndsWith("ForGrains", StringComparison.Ordinal));

        Assert.All(extended, type => Assert.Single(
            type.GetInterfaces(), parent => parent.Assembly == typeof(IDmaBufferGrain).Assembly && $"{parent.Name[..^"Grain".Length]}ForGrains" == type.Name));
    }
}
