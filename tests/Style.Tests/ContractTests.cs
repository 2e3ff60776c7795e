using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace DmaGrains.Style.Tests;

/// <summary>
/// What earlier builds send and store keeps its meaning: every alias, number, name and type of theirs is still there. Files are added (at a
/// release), never changed. Grain interfaces are in each project's <c>OrleansContracts.txt</c>.
/// </summary>
public sealed class ContractTests
{
    private static readonly string[] _assemblies =
        ["DmaGrains.Model", "DmaGrains.Interfaces", "DmaGrains.Grains", "DmaGrains.Storage", "DmaGrains.Experiments"];

    /// <summary>Today's: a line for each member of a serialized type, and for each value of an enumeration that one has.</summary>
    private static SortedSet<string> Today
    {
        get
        {
            var lines = new SortedSet<string>(StringComparer.Ordinal);
            var types = _assemblies.SelectMany(name => Assembly.Load(name).GetTypes())
                .Where(type => type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false));
            foreach (var type in types)
            {
                var alias = type.GetCustomAttribute<AliasAttribute>(inherit: false)!.Alias;
                foreach (var (number, name, of) in NumberedOf(type).Concat(ParametersOf(type)))
                {
                    lines.Add($"{alias} {number} {name}: {NameOf(of)}");
                    foreach (var value in EnumerationsIn(of).SelectMany(ValuesOf))
                    {
                        lines.Add(value);
                    }
                }
            }

            return lines;
        }
    }

    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(Folder(AppContext.BaseDirectory)).Select(file => Path.GetFileName(file))];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Every_member_of_an_earlier_build_has_the_number_name_and_type_that_it_had(string file)
    {
        var then = await File.ReadAllLinesAsync(Path.Combine(Folder(AppContext.BaseDirectory), file), TestContext.Current.CancellationToken);

        Assert.NotEmpty(then);
        Assert.Empty(then.Except(Today));
    }

    /// <summary>Writes today's, before a release: <c>-method '*Write_todays*' -explicit only</c>.</summary>
    [Fact(Explicit = true)]
    public Task Write_todays_contracts() => File.WriteAllLinesAsync(
        Path.Combine(Folder(Path.GetDirectoryName(Here())!), DateTime.UtcNow.ToString("yyyy-MM-dd'.txt'", CultureInfo.InvariantCulture)), Today, TestContext.Current.CancellationToken);

    private static IEnumerable<(string Number, string Name, Type Of)> NumberedOf(Type type) =>
        from member in type.GetMembers(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        let id = member.GetCustomAttribute<IdAttribute>()
        where id is not null
        select ($"{id.Id}", member.Name, member is PropertyInfo property ? property.PropertyType : ((FieldInfo)member).FieldType);

    /// <summary>A record's parameters are numbered by their places.</summary>
    private static IEnumerable<(string Number, string Name, Type Of)> ParametersOf(Type type) =>
        type.GetMethod("Deconstruct") is { } parts && type.GetConstructors().FirstOrDefault(made => made.GetParameters().Length == parts.GetParameters().Length) is { } made
            ? made.GetParameters().Select((parameter, place) => ($"({place})", parameter.Name!, parameter.ParameterType))
            : [];

    private static IEnumerable<Type> EnumerationsIn(Type type) =>
        type.IsEnum ? [type] : type.IsGenericType ? type.GetGenericArguments().SelectMany(EnumerationsIn) : [];

    private static IEnumerable<string> ValuesOf(Type enumeration) =>
        Enum.GetNames(enumeration).Select(name => $"{enumeration.Name} {Convert.ToInt64(Enum.Parse(enumeration, name), CultureInfo.InvariantCulture)} {name}");

    private static string NameOf(Type type) =>
        type.IsGenericType ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>" : type.Name;

    private static string Folder(string root) => Path.Combine(root, "Contracts");

    private static string Here([CallerFilePath] string file = "") => file;
}
