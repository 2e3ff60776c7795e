using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace DmaGrains.Silo.Tests.Fuzz;

/// <summary>Values of any type that a call may carry: mostly what makes sense somewhere, at times what makes none.</summary>
/// <param name="random">Decides.</param>
/// <param name="names">Names that mean something where the call goes.</param>
[SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "Seeded, so that a failure can be repeated.")]
internal sealed class AnyValue(Random random, IReadOnlyList<string> names)
{
    private const int DepthMax = 5;

    private static readonly string[] _odd = ["", " ", "..", "a/b", "\0", "\u001b[2J", "\u202e", "\ud800", "💥", "board:x", new('x', 63), new('x', 64), new('x', 70_000)];
    private static readonly ulong[] _mild = [0, 0, 1, 2, 4096, 65_536];
    private static readonly ulong[] _numbers = [0, 1, 2, 12, 63, 64, 4095, 4096, 65_536, 1 << 20, uint.MaxValue, 1ul << 32, long.MaxValue, 1ul << 63, ulong.MaxValue - 4095, ulong.MaxValue];

    private bool _isMild;

    /// <summary>The values of a call; half of the calls have little that is odd, or else none would be granted.</summary>
    public object?[] Of(MethodInfo method)
    {
        _isMild = random.Next(2) == 0;
        return [.. method.GetParameters().Select(parameter => Of(parameter.ParameterType))];
    }

    private object? Of(Type type, int depth = 0)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner)
        {
            return Seldom() ? null : Of(inner, depth);
        }

        if (type == typeof(CancellationToken))
        {
            return CancellationToken.None;
        }

        if (type == typeof(string))
        {
            return Text();
        }

        if (type == typeof(TimeSpan))
        {
            // No call waits for an event that may never come.
            return Seldom() ? TimeSpan.FromTicks((long)Number()) : TimeSpan.Zero;
        }

        if (type.IsEnum)
        {
            var known = Enum.GetValuesAsUnderlyingType(type);
            return Enum.ToObject(type, Seldom() ? Number(Enum.GetUnderlyingType(type)) : known.GetValue(random.Next(known.Length))!);
        }

        return type.IsPrimitive ? type == typeof(bool) ? random.Next(2) == 0 : Number(type)
            : type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>) ? Array(type, depth)
            : Made(type, depth);
    }

    private bool Seldom() => random.Next(_isMild ? 300 : 10) == 0;

    private string? Text() => Seldom() ? null : Seldom() ? _odd[random.Next(_odd.Length)] : names[random.Next(names.Count)];

    private ulong Number() => _isMild ? _mild[random.Next(_mild.Length)] : _numbers[random.Next(_numbers.Length)];

    private object Number(Type type)
    {
        unchecked
        {
            var number = Number();
            return Type.GetTypeCode(type) switch
            {
                TypeCode.Byte => (object)(byte)number,
                TypeCode.UInt16 => (ushort)number,
                TypeCode.Int32 => (int)number,
                TypeCode.UInt32 => (uint)number,
                TypeCode.Int64 => (long)number,
                TypeCode.UInt64 => number,
                TypeCode.Double => random.Next(3) switch { 0 => double.NaN, 1 => -1.5, _ => number },
                _ => throw new NotSupportedException($"{type}: a fuzz has no such number"),
            };
        }
    }

    private object? Array(Type type, int depth)
    {
        if (Seldom())
        {
            return Activator.CreateInstance(type);
        }

        var item = type.GetGenericArguments()[0];
        var items = System.Array.CreateInstance(item, depth >= DepthMax ? 0 : Seldom() ? random.Next(200) : random.Next(4));
        for (var place = 0; place < items.Length; place++)
        {
            items.SetValue(Of(item, depth + 1), place);
        }

        return typeof(ImmutableArray).GetMethods()
            .Single(method => method.Name == nameof(ImmutableArray.Create) && method.GetParameters() is [{ ParameterType.IsArray: true }])
            .MakeGenericMethod(item).Invoke(null, [items]);
    }

    private object? Made(Type type, int depth)
    {
        if ((!type.IsValueType && Seldom()) || depth > DepthMax)
        {
            return type.IsValueType ? Activator.CreateInstance(type) : null;
        }

        if (type.IsAbstract)
        {
            var kinds = type.Assembly.GetTypes().Where(kind => !kind.IsAbstract && kind.IsPublicOrNestedPublic() && type.IsAssignableFrom(kind)).ToList();
            return kinds.Count == 0 ? null : Made(kinds[random.Next(kinds.Count)], depth);
        }

        var constructors = type.GetConstructors().Where(one => one.GetParameters() is not [{ ParameterType: var only }] || only != type).ToList();
        try
        {
            var constructor = constructors.Count == 0 ? null : constructors[random.Next(constructors.Count)];
            var made = constructor is null
                ? RuntimeHelpers.GetUninitializedObject(type)
                : constructor.Invoke([.. constructor.GetParameters().Select(parameter => Of(parameter.ParameterType, depth + 1))]);
            foreach (var property in type.GetProperties().Where(property => property.CanWrite && property.GetIndexParameters().Length == 0 && random.Next(_isMild ? 12 : 4) == 0))
            {
                property.SetValue(made, Of(property.PropertyType, depth + 1));
            }

            return made;
        }
        catch (TargetInvocationException refused) when (refused.InnerException is ArgumentException or OverflowException or InvalidOperationException)
        {
            // Nobody can have such a value.
            return type.IsValueType ? Activator.CreateInstance(type) : null;
        }
    }
}

file static class TypeExtensions
{
    public static bool IsPublicOrNestedPublic(this Type type) => type.IsPublic || type.IsNestedPublic;
}
