using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;
using DmaGrains.Grains.Boards;
using DmaGrains.Grains.Buffers;
using DmaGrains.Grains.Tests.Experiments;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Buffers.History;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;

namespace DmaGrains.Grains.Tests;

/// <summary>
/// Calls to every method of every grain interface of a board, and to every verb, found by reflection: with arguments that could be right, and
/// with one value in them changed. What somebody adds is called, too.
/// </summary>
internal static class GrainCalls
{
    private static readonly NullabilityInfoContext _nullability = new();

    /// <summary>The grain interfaces that clients know, and what grains ask each other of the same grains.</summary>
    public static IEnumerable<Type> Interfaces => typeof(IDmaBufferGrain).Assembly.GetExportedTypes()
        .Concat(typeof(GrainsForGrains).Assembly.GetTypes().Where(type => type.Name.EndsWith("ForGrains", StringComparison.Ordinal)))
        .Where(type => type.IsInterface && typeof(IAddressable).IsAssignableFrom(type));

    /// <summary>Their methods that take arguments, and the verbs of a buffer.</summary>
    public static IEnumerable<MethodInfo> Methods => Interfaces
        .SelectMany(type => type.GetMethods())
        .Concat(typeof(DmaBufferCommands).GetMethods(BindingFlags.Public | BindingFlags.Static))
        .Where(method => ArgumentsOf(method).Any());

    /// <summary>What a caller says to a method: a verb's grain and the token are none of it.</summary>
    public static IEnumerable<ParameterInfo> ArgumentsOf(MethodInfo method) => method.GetParameters().Where(parameter =>
        !typeof(IAddressable).IsAssignableFrom(parameter.ParameterType) && parameter.ParameterType != typeof(CancellationToken));

    /// <summary>Arguments of a method that could be right.</summary>
    public static object?[] RightArguments(MethodInfo method, string board) =>
        [.. ArgumentsOf(method).Select(parameter => ValuesFor(parameter, board)[0])];

    /// <summary>Calls a method.</summary>
    public static Task CallAsync(MethodInfo method, object? grain, object?[] arguments, CancellationToken cancellation)
    {
        object?[] all = [.. arguments, cancellation];
        var target = method.IsStatic ? null : grain;
        return (Task)method.Invoke(target, BindingFlags.DoNotWrapExceptions, null, method.IsStatic ? [grain, .. all] : all, null)!;
    }

    /// <summary>What tells a method from others.</summary>
    public static string NameOf(MethodInfo method) => $"{method.DeclaringType!.Name}.{method.Name}({string.Join(", ", ArgumentsOf(method).Select(parameter => parameter.Name))})";

    /// <summary>Calls to a method in which one reference is null that must not be, wherever in the arguments it is.</summary>
    public static IEnumerable<(string Path, object?[] Arguments)> WithNulls(MethodInfo method, string board) => Changed(
        method,
        board,
        parameter => IsNotNull(_nullability.Create(parameter), parameter.ParameterType) ? [NullOf(parameter.ParameterType)] : [],
        field => IsNotNull(_nullability.Create(field), field.FieldType) && (!IsArray(field.FieldType) || !field.DeclaringType!.IsValueType)
            ? [NullOf(field.FieldType)]
            : [],
        element => element.IsValueType ? [] : [null]);

    /// <summary>Calls to a method in which one text is another, wherever in the arguments it is.</summary>
    public static IEnumerable<(string Path, object?[] Arguments)> WithText(MethodInfo method, string board, string text)
    {
        return Changed(method, board, parameter => Texts(parameter.ParameterType), field => Texts(field.FieldType), Texts);

        IEnumerable<object?> Texts(Type type) => type == typeof(string) ? [text] : [];
    }

    /// <summary>Calls it.</summary>
    /// <returns>The refusal; null when it was granted.</returns>
    public static async Task<Refusal?> RefusalOfAsync(MethodInfo method, object? grain, object?[] arguments)
    {
        var task = CallAsync(method, grain, arguments, CancellationToken.None);
        await task;
        var answer = task.GetType().GetProperty("Result")?.GetValue(task);
        Assert.False(
            !method.ReturnType.IsGenericType, $"{NameOf(method)} takes arguments and answers nothing: it could not refuse them.");
        return answer switch
        {
            null or Refusal => (Refusal?)answer,
            ImmutableArray<DmaResult<DmaReply>> replies => Assert.Single(replies).Refusal,
            _ => (Refusal?)answer.GetType().GetProperty("Refusal")!.GetValue(answer),
        };
    }

    /// <summary>The grain of a board on which a method is called.</summary>
    public static IAddressable GrainOf(MethodInfo method, IGrainFactory grains, string board) => method.DeclaringType switch
    {
        var type when type == typeof(IBoardGrain) => grains.GetBoard(board),
        var type when type == typeof(IBoardListGrain) => grains.GetBoards(),
        var type when type == typeof(IDeviceGrain) => grains.GetDevice(board, "gpu"),
        var type when type == typeof(IMemoryGrain) => grains.GetMemory(board),
        var type when type == typeof(IExperimentGrain) => grains.GetExperiment("small"),
        var type when type == typeof(ITranslationGrain) => grains.GetTranslation(board),
        var type when type == typeof(IBoardForGrains) => grains.BoardForGrains(board),
        var type when type == typeof(IBoardListForGrains) => grains.BoardsForGrains(),
        var type when type == typeof(IDeviceForGrains) => grains.DeviceForGrains(board, "gpu"),
        var type when type == typeof(IMemoryForGrains) => grains.MemoryForGrains(board),
        var type when type == typeof(ITranslationForGrains) => grains.TranslationForGrains(board),
        var type when type == typeof(IDmaBufferForGrains) => grains.BufferForGrains(board, "frame"),
        _ => grains.GetBuffer(board, "frame"),
    };

    private static IEnumerable<(string Path, object?[] Arguments)> Changed(
        MethodInfo method,
        string board,
        Func<ParameterInfo, IEnumerable<object?>> ofParameter,
        Func<FieldInfo, IEnumerable<object?>> ofField,
        Func<Type, IEnumerable<object?>> ofElement)
    {
        ParameterInfo[] parameters = [.. ArgumentsOf(method)];
        var right = RightArguments(method, board);
        for (var index = 0; index < parameters.Length; index++)
        {
            var changes = ofParameter(parameters[index]).Select(other => (parameters[index].Name!, other))
                .Concat(ValuesFor(parameters[index], board).SelectMany(value => Within(value, parameters[index].Name!, ofField, ofElement)));
            foreach (var (path, other) in changes)
            {
                object?[] arguments = [.. right];
                arguments[index] = other;
                yield return (path, arguments);
            }
        }
    }

    /// <summary>Copies of a value in which one field or element is another.</summary>
    private static IEnumerable<(string Path, object? Value)> Within(
        object? value, string path, Func<FieldInfo, IEnumerable<object?>> ofField, Func<Type, IEnumerable<object?>> ofElement)
    {
        if (value is null or string or Array || value.GetType().IsPrimitive || value.GetType().IsEnum)
        {
            yield break;
        }

        if (IsArray(value.GetType()))
        {
            foreach (var change in WithinArray((dynamic)value, path, ofField, ofElement))
            {
                yield return change;
            }

            yield break;
        }

        foreach (var field in FieldsOf(value.GetType()))
        {
            var at = $"{path}.{field.Name.Split('<', '>').First(part => part.Length != 0)}";
            var was = field.GetValue(value);
            foreach (var (below, other) in ofField(field).Select(other => (at, other)).Concat(Within(was, at, ofField, ofElement)))
            {
                var copy = CopyOf(value);
                field.SetValue(copy, other);
                yield return (below, copy);
            }
        }
    }

    private static IEnumerable<(string Path, object? Value)> WithinArray<T>(
        ImmutableArray<T> array, string path, Func<FieldInfo, IEnumerable<object?>> ofField, Func<Type, IEnumerable<object?>> ofElement)
    {
        for (var index = 0; index < (array.IsDefault ? 0 : array.Length); index++)
        {
            var at = $"{path}[{index}]";
            foreach (var (below, other) in ofElement(typeof(T)).Select(other => (at, other)).Concat(Within(array[index], at, ofField, ofElement)))
            {
                yield return (below, array.SetItem(index, (T)other!));
            }
        }
    }

    private static IEnumerable<FieldInfo> FieldsOf(Type type)
    {
        for (var declaring = type; declaring is not null && declaring != typeof(object) && declaring != typeof(ValueType); declaring = declaring.BaseType)
        {
            foreach (var field in declaring.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                yield return field;
            }
        }
    }

    private static object CopyOf(object value) =>
        typeof(object).GetMethod("MemberwiseClone", BindingFlags.Instance | BindingFlags.NonPublic)!.Invoke(value, null)!;

    private static bool IsArray(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>);

    private static bool IsNotNull(NullabilityInfo nullability, Type type) =>
        IsArray(type) || (!type.IsValueType && nullability.WriteState == NullabilityState.NotNull);

    private static object? NullOf(Type type) => type.IsValueType ? RuntimeHelpers.GetUninitializedObject(type) : null;

    /// <summary>Arguments that could be right, the most usual first.</summary>
    private static IReadOnlyList<object?> ValuesFor(ParameterInfo parameter, string board) => parameter.ParameterType switch
    {
        var type when type == typeof(string) => [parameter.Name == "cursor" ? string.Empty : "gpu"],
        var type when type == typeof(BoardDefinition) => [BoardOf(board)],
        var type when type == typeof(Device) => [BoardOf(board).Devices[0]],
        var type when type == typeof(BufferExport) => [Export],
        var type when type == typeof(DmaCommand) => [.. Commands],
        var type when type == typeof(ImmutableArray<DmaCommand>) => [.. Commands.Select(ImmutableArray.Create)],
        var type when type == typeof(NameList) => [new NameList("ram", "cma")],
        var type when type == typeof(ImmutableArray<MemoryRegionLayout>) => [BoardOf(board).Memory],
        var type when type == typeof(MemoryRegionLayout) => [new MemoryRegionLayout("pool", MemoryKind.Bounce, new(0x80000, 256))],
        var type when type == typeof(ImmutableArray<IommuStage>) => [BoardOf(board).Stages],
        var type when type == typeof(AllocationToken) => [Pages],
        var type when type == typeof(ImmutableArray<AllocationToken>) => [ImmutableArray.Create(Pages)],
        var type when type == typeof(AllocationRequest) => [Allocation],
        var type when type == typeof(MapToken) => [Held],
        var type when type == typeof(ImmutableArray<MapToken>) => [ImmutableArray.Create(Held)],
        var type when type == typeof(DmaMapRequest) => [Map],
        var type when type == typeof(ExperimentText) => [new ExperimentText(ClusterExperiments.Of("small", 1).Text, [new("small", BoardOf("small"))])],
        var type when type == typeof(CommandId?) => [new CommandId("caller", 1)],
        var type when type.IsPrimitive || type.IsEnum || type == typeof(BufferEventId) || type == typeof(TimeSpan) => [RuntimeHelpers.GetUninitializedObject(type)],
        var type => throw new NotSupportedException($"No value of {type} is known here: give one."),
    };

    private static BufferExport Export => new("frame", 4096, "gpu") { Id = new("caller", 1), Memory = new("ram"), Lines = new(1, 16, 16) };

    private static AllocationToken Pages => new("frame", 0);

    private static MapToken Held => new("frame", 0);

    private static AllocationRequest Allocation => new(Pages, 4096, DmaConstraints.Unconstrained, ulong.MaxValue, "gpu")
    {
        Regions = new("ram"),
        Others = new("display", ulong.MaxValue),
        Windowed = new(new WindowedReach("camera", new(ulong.MaxValue, new(new DmaWindow(0, 0, 1 << 30))))),
    };

    private static DmaMapRequest Map => new(
        Held, "gpu", "mmu", "bus-mmu", new(Pages, ["ram"], [new(0x100, 1)], DmaConstraints.Unconstrained), 4096, DmaConstraints.Unconstrained,
        DmaConstraints.Unconstrained, ulong.MaxValue)
    {
        Options = MapOptions.OwnSpace,
        Space = "a",
    };

    private static BoardDefinition BoardOf(string name) => SiloFixture.BoardNamed(name) with
    {
        Memory =
        [
            .. SiloFixture.BoardNamed(name).Memory,
            new("vram", MemoryKind.Vram, new(0x40000, 256)) { Device = "gpu", PeerBus = "pcie" },
        ],
        Devices =
        [
            new Device("gpu", null) { Iommu = "mmu", BusMmu = "bus-mmu", PeerBus = "pcie", Bus = "soc", Windows = new(new DmaWindow(0, 0, 1 << 30)) },
            new Device("display", null),
        ],
        Stages =
        [
            new("mmu", new(new(0x1000), new(0xffff_ffff), 4096) { Reserved = [new(new(0x8000), 4096)] }),
            new("bus-mmu", new(new(0x1000), new(0xffff_ffff), 4096)),
        ],
    };

    private static IEnumerable<DmaCommand> Commands => typeof(DmaCommand).GetNestedTypes()
        .Where(type => typeof(DmaCommand).IsAssignableFrom(type))
        .Select(type => type.GetConstructors()[0])
        .Select(constructor => (DmaCommand)constructor.Invoke(
            [.. constructor.GetParameters().Select(parameter => parameter.ParameterType == typeof(string) ? "a" : (object)DmaDirection.ToDevice)]) with
        {
            Id = new("caller", 1),
        });
}
