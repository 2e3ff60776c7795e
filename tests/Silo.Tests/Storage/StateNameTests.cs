using System.Reflection;
using DmaGrains.Grains.Storage;

namespace DmaGrains.Silo.Tests.Storage;

public class StateNameTests
{
    /// <summary>Orleans' ADO.NET storage knows a state by its name and the grain's key: two grain types with one name would share rows.</summary>
    [Fact]
    public void Every_grain_type_has_a_state_name_of_its_own()
    {
        var names = typeof(StorageNames).Assembly.GetTypes()
            .SelectMany(type => type.GetConstructors())
            .SelectMany(constructor => constructor.GetParameters())
            .Select(parameter => parameter.GetCustomAttribute<PersistentStateAttribute>())
            .OfType<PersistentStateAttribute>()
            .ToList();

        Assert.NotEmpty(names);
        Assert.Distinct(names.Select(name => name.StateName));
        Assert.All(names, name => Assert.Equal(StorageNames.Default, name.StorageName));
    }
}
