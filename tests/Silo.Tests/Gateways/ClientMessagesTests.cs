using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;
using CsCheck;
using DmaGrains.Silo.Gateways;

namespace DmaGrains.Silo.Tests.Gateways;

/// <summary>Which messages of a client a gateway reads: those in the name of a client.</summary>
public sealed class ClientMessagesTests
{
    private const uint Request = 1 << 16;
    private const uint Response = 2 << 16;
    private const uint OneWay = 3 << 16;
    private const string Client = "sys.client";

    private static readonly string _key = new('7', 32);

    private static readonly Gen<byte[]> _anyGood = Gen.Select(Gen.OneOf(Request, OneWay), Gen.Int[0, 127], Gen.Byte.Array[0, 300])
        .Select((kind, flags, body) => Message(kind | (uint)flags, Client, _key, body));

    private static readonly Gen<byte[]> _anyForged = Gen.Select(
        Gen.OneOf(
            (Request, "dma-buffer", "b/f"), (OneWay, "sys.svc.user", "x"), (Request, Client, "hosted-127.0.0.1:1@2"), (Request, "sys.clienu", _key),
            (Response, Client, _key), (Request | 0x80, Client, _key), (0u, Client, _key), (Request, string.Empty, string.Empty)),
        Gen.Byte.Array[0, 300]).Select((message, body) => Message(message.Item1, message.Item2, message.Item3, body));

    private static readonly Gen<int[]> _anyCuts = Gen.Int[1, 400].Array[1, 20];

    [Fact]
    public async Task Whatever_a_client_sends_in_its_own_name_is_read_however_it_comes_in_pieces() =>
        await Gen.Select(_anyGood.Array[0, 6], _anyCuts).SampleAsync(async (messages, cuts) =>
        {
            var (heard, forged) = await HearAsync(Preamble("dmagrains"), messages, cuts);

            Assert.Equal(messages, heard);
            Assert.Equal(0, forged);
        });

    [Fact]
    public async Task Nothing_is_read_from_what_it_sends_in_the_name_of_another_on() =>
        await Gen.Select(_anyGood.Array[0, 4], _anyForged, _anyGood.Array[0, 2], _anyCuts).SampleAsync(async (before, wrong, after, cuts) =>
        {
            var (heard, forged) = await HearAsync(Preamble("dmagrains"), [.. before, wrong, .. after], cuts);

            Assert.Equal(before.Take(heard.Count), heard);
            Assert.Equal(1, forged);
        });

    [Fact]
    public async Task A_client_that_has_the_name_of_a_silo_is_not_heard()
    {
        var (heard, forged) = await HearAsync(Preamble("hosted-127.0.0.1:11111@7"), [Message(Request, Client, _key, [])], [1, 2, 300]);

        Assert.Empty(heard);
        Assert.Equal(1, forged);
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, 0)]
    [InlineData(64, -1)]
    public async Task Lengths_that_no_message_has_end_the_connection(int header, int body)
    {
        var wrong = new byte[100];
        BinaryPrimitives.WriteInt32LittleEndian(wrong, header);
        BinaryPrimitives.WriteInt32LittleEndian(wrong.AsSpan(4), body);

        var (heard, forged) = await HearAsync(Preamble("dmagrains"), [wrong], [100]);

        Assert.Empty(heard);
        Assert.Equal(1, forged);
    }

    /// <summary>Sends them in pieces, and hears as Orleans does: the preamble, then whole messages.</summary>
    private static async Task<(List<byte[]> Heard, int Forged)> HearAsync(byte[] preamble, byte[][] messages, int[] cuts)
    {
        var pipe = new Pipe();
        var forged = 0;
        var client = new ClientMessages(new Both(pipe.Reader, pipe.Writer), () => forged++);
        var heard = new List<byte[]>();
        var listening = ListenAsync(client.Input, heard);
        var all = messages.Prepend(preamble).SelectMany(bytes => bytes).ToArray();
        for (var (sent, cut) = (0, 0); sent < all.Length; cut++)
        {
            var length = Math.Min(cuts[cut % cuts.Length], all.Length - sent);
            await pipe.Writer.WriteAsync(all.AsMemory(sent, length));
            sent += length;
        }

        await pipe.Writer.CompleteAsync();
        await listening;
        return (heard, forged);
    }

    private static async Task ListenAsync(PipeReader input, List<byte[]> heard)
    {
        for (var isIntroduced = false; ;)
        {
            var read = await input.ReadAsync();
            var rest = read.Buffer;
            if (!isIntroduced && TakeOne(ref rest, isIntroduced) is not null)
            {
                isIntroduced = true;
                input.AdvanceTo(rest.Start);
                continue;
            }

            while (isIntroduced && TakeOne(ref rest, isIntroduced) is { } taken)
            {
                heard.Add(taken);
            }

            if (read.IsCompleted)
            {
                await input.CompleteAsync();
                return;
            }

            input.AdvanceTo(rest.Start, rest.End);
        }
    }

    private static byte[]? TakeOne(ref ReadOnlySequence<byte> rest, bool isIntroduced)
    {
        var lengthsBytes = isIntroduced ? 8 : 4;
        if (rest.Length < lengthsBytes)
        {
            return null;
        }

        var lengths = rest.Slice(0, lengthsBytes).ToArray();
        var length = lengthsBytes + BinaryPrimitives.ReadInt32LittleEndian(lengths) + (isIntroduced ? BinaryPrimitives.ReadInt32LittleEndian(lengths.AsSpan(4)) : 0);
        if (rest.Length < length)
        {
            return null;
        }

        var taken = rest.Slice(0, length).ToArray();
        rest = rest.Slice(length);
        return taken;
    }

    private static byte[] Preamble(string text) => [.. Bytes(text.Length), .. Encoding.UTF8.GetBytes(text)];

    private static byte[] Message(uint flags, string type, string key, byte[] body)
    {
        byte[] header =
        [
            .. Bytes((int)flags), .. Bytes(1), .. Bytes(0), (byte)((type.Length * 2) + 1), .. Bytes(77), .. Encoding.UTF8.GetBytes(type),
            (byte)((key.Length * 2) + 1), .. Bytes(78), .. Encoding.UTF8.GetBytes(key), .. new byte[20],
        ];
        return [.. Bytes(header.Length), .. Bytes(body.Length), .. header, .. body];
    }

    private static byte[] Bytes(int value)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }

    private sealed record Both(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
