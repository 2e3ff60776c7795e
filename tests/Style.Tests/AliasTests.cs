using System.Reflection;

namespace DmaGrains.Style.Tests;

public class AliasTests
{
    private const int LengthMax = 32;

    private static readonly string[] _assemblies =
        [
            "DmaGrains.Model", "DmaGrains.Interfaces", "DmaGrains.Grains", "DmaGrains.Storage", "DmaGrains.Reports", "DmaGrains.Scenarios", "DmaGrains.Kernel",
            "DmaGrains.Analysis", "DmaGrains.Experiments", "DmaGrains.Silo", "DmaGrains.Testing", "dmagrains",
        ];

    private static Type[] Serialized { get; } =
    [
        .. _assemblies.SelectMany(name => Assembly.Load(name).GetTypes())
            .Where(type => type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false)),
    ];

    [Fact]
    public void Every_serialized_type_has_a_short_alias()
    {
        Assert.NotEmpty(Serialized);
        Assert.All(Serialized, type => Assert.Matches($"^dma\\.[a-z0-9.`-]{{1,{LengthMax - 4}}}$", AliasOf(type)));
    }

    [Fact]
    public void Aliases_are_unique() => Assert.Equal(Serialized.Length, Serialized.Select(AliasOf).Distinct().Count());

    /// <summary>Orleans 10.4.2 writes such a type wrongly, or fails to (decision 21).</summary>
    [Fact]
    public void No_record_with_both_parameters_and_numbered_members_omits_defaults() => Assert.DoesNotContain(Serialized, type =>
        type.IsDefined(typeof(OmitDefaultMemberValuesAttribute), inherit: false)
        && type.GetMethod("Deconstruct") is not null
        && type.GetMembers(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
            .Any(member => member.IsDefined(typeof(IdAttribute), inherit: false)));

    private static string AliasOf(Type type) => type.GetCustomAttribute<AliasAttribute>(inherit: false)?.Alias ?? string.Empty;
}
