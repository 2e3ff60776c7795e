using DmaGrains.Silo.Tests.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Serialization.Configuration;
using Orleans.Serialization.TypeSystem;

namespace DmaGrains.Silo.Tests.Gateways;

public sealed class KnownTypesTests
{
    [Fact]
    public async Task Messages_of_clients_may_name_known_types_only()
    {
        await using var silo = await HttpSilo.StartAsync();
        var types = silo.Services.GetRequiredService<TypeConverter>();

        Assert.False(silo.Services.GetRequiredService<IOptions<TypeManifestOptions>>().Value.AllowAllTypes);
        Assert.Equal(typeof(Model.Buffers.DmaReply), types.Parse(types.Format(typeof(Model.Buffers.DmaReply))));
        Assert.Throws<InvalidOperationException>(() => types.Parse("System.Diagnostics.Process, System.Diagnostics.Process"));
    }
}
