using System.Reflection;
using DmaGrains.Model.Boards;
using Orleans;

namespace DmaGrains.Model.Tests.Serialization;

public sealed class OmittedValuesTests
{
    /// <summary>Orleans 10.4.2 counts the fields of a positional record and those with ids apart; left out, they overflow.</summary>
    [Fact]
    public void No_type_that_leaves_out_default_values_has_positional_members_and_others_with_ids() => Assert.Empty(
        typeof(Board).Assembly.GetTypes().Where(type => type.IsDefined(typeof(OmitDefaultMemberValuesAttribute), inherit: false)
            && type.GetMethod("Deconstruct") is not null
            && type.GetMembers(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
                .Any(member => member.IsDefined(typeof(IdAttribute)))));
}
