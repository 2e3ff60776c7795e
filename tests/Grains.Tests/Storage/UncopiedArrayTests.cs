using System.Collections.Immutable;
using DmaGrains.Grains.Buffers;
using DmaGrains.Grains.Storage;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Buffers.Changes;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Orleans.Serialization.Codecs;

namespace DmaGrains.Grains.Tests.Storage;

public sealed class UncopiedArrayTests
{
    private static readonly Serializer _orleans = new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<Serializer>();

    private static readonly Serializer _uncopied = new ServiceCollection().AddSerializer()
        .AddSingleton<IFieldCodec<ImmutableArray<AddedReply>>, UncopiedArray<AddedReply>>()
        .AddSingleton<IFieldCodec<ImmutableArray<Attachment>>, UncopiedArray<Attachment>>()
        .AddSingleton<IFieldCodec<ImmutableArray<CallerChange>>, UncopiedArray<CallerChange>>()
        .BuildServiceProvider().GetRequiredService<Serializer>();

    public static TheoryData<string> Rows =>
        [.. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Journals"), "*.journal").SelectMany(file => File.ReadLines(file).TakeWhile(line => line.Length > 0).Skip(1))];

    [Theory]
    [MemberData(nameof(Rows))]
    public void An_entry_is_written_and_read_as_Orleans_does(string row)
    {
        var entry = _orleans.Deserialize<DmaBufferEntry>(Convert.FromBase64String(row));
        var bytes = _orleans.SerializeToArray(entry);

        Assert.Equal(bytes, _uncopied.SerializeToArray(entry));
        Assert.Equal(bytes, _orleans.SerializeToArray(_uncopied.Deserialize<DmaBufferEntry>(bytes)));
    }

    [Fact]
    public void Arrays_that_are_default_or_empty_are_what_they_were()
    {
        foreach (var attached in new[] { default, ImmutableArray<Attachment>.Empty })
        {
            var bytes = _uncopied.SerializeToArray(new BufferChanges { Attached = attached, Detached = ["a"] });

            Assert.Equal(_orleans.SerializeToArray(new BufferChanges { Attached = attached, Detached = ["a"] }), bytes);
            var read = _uncopied.Deserialize<BufferChanges>(bytes).Attached;
            Assert.Equal((attached.IsDefault, attached.IsDefaultOrEmpty), (read.IsDefault, read.IsDefaultOrEmpty));
        }
    }
}
