using System.Reflection;
using DmaGrains.Interfaces;
using DmaGrains.Silo.Access;

namespace DmaGrains.Silo.Gateways;

/// <summary>What a client has to be permitted for each method of a grain.</summary>
internal static class ClientMethods
{
    private static readonly HashSet<(Type Interface, string Method)> _reading =
    [
        (typeof(IBoardGrain), nameof(IBoardGrain.GetAsync)),
        (typeof(IBoardGrain), nameof(IBoardGrain.ListBuffersAsync)),
        (typeof(IBoardListGrain), nameof(IBoardListGrain.ListAsync)),
        (typeof(IDeviceGrain), nameof(IDeviceGrain.GetAsync)),
        (typeof(IMemoryGrain), nameof(IMemoryGrain.DescribeAsync)),
        (typeof(IMemoryGrain), nameof(IMemoryGrain.GetHeldAsync)),
        (typeof(ITranslationGrain), nameof(ITranslationGrain.GetHeldAsync)),
        (typeof(IDmaBufferGrain), nameof(IDmaBufferGrain.TestMapAttachmentAsync)),
        (typeof(IDmaBufferGrain), nameof(IDmaBufferGrain.GetConstraintsAsync)),
        (typeof(IDmaBufferGrain), nameof(IDmaBufferGrain.RecalcConstraintsAsync)),
        (typeof(IDmaBufferGrain), nameof(IDmaBufferGrain.DescribeAsync)),
        (typeof(IDmaBufferGrain), nameof(IDmaBufferGrain.HistoryAsync)),
        (typeof(IExperimentGrain), nameof(IExperimentGrain.GetStatusAsync)),
        (typeof(IManagementGrain), nameof(IManagementGrain.GetHosts)),
        (typeof(IManagementGrain), nameof(IManagementGrain.GetDetailedHosts)),
    ];

    // Clients ask it which grains there are, before anything else.
    private const string Manifest = "Orleans.Runtime.IClusterManifestSystemTarget";

    /// <summary>What a method needs; null for one that no client may call.</summary>
    public static Permission? NeededFor(MethodInfo method)
    {
        var type = method.DeclaringType!;
        return type.FullName == Manifest ? Permission.None
            : _reading.Contains((type, method.Name)) ? Permission.Read
            : type.Assembly == typeof(IDmaBufferGrain).Assembly || type == typeof(IManagementGrain) ? Permission.Change
            : null;
    }
}
