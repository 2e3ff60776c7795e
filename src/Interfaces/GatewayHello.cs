using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;

namespace DmaGrains.Interfaces;

/// <summary>
/// What a client says first on a connection to a gateway, before Orleans' own protocol: which cluster it wants, and its token. The gateway
/// answers, so that a client that wants another cluster, or may not come in, hears so at once.
/// </summary>
/// <param name="ClusterId">The cluster that it wants.</param>
/// <param name="Token">Its token; null for none.</param>
internal sealed record GatewayHello(string ClusterId, string? Token)
{
    /// <summary>The request context's key for the token of a call.</summary>
    public const string TokenKey = "dma.token";

    /// <summary>How long either side waits for the other's words.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private const int TextMax = 512;

    private static ReadOnlySpan<byte> Magic => "DmaGrains/1"u8;

    /// <summary>The type alone: it has a secret.</summary>
    public override string ToString() => nameof(GatewayHello);

    /// <summary>Says it.</summary>
    public async Task SayAsync(PipeWriter output, CancellationToken cancellation)
    {
        output.Write(Magic);
        WriteText(output, ClusterId);
        WriteText(output, Token ?? string.Empty);
        await output.FlushAsync(cancellation);
    }

    /// <summary>Hears it; null when the other says something else, of which nothing is taken.</summary>
    /// <exception cref="InvalidDataException">It is malformed.</exception>
    public static async Task<GatewayHello?> HearAsync(PipeReader input, CancellationToken cancellation)
    {
        while (true)
        {
            var heard = await input.ReadAsync(cancellation);
            switch (Parse(heard.Buffer, out var hello, out var end))
            {
                case Hearing.Other:
                    input.AdvanceTo(heard.Buffer.Start);
                    return null;
                case Hearing.Whole:
                    input.AdvanceTo(end);
                    return hello;
            }

            input.AdvanceTo(heard.Buffer.Start, heard.Buffer.End);
            if (heard.IsCompleted)
            {
                return null;
            }
        }
    }

    /// <summary>Answers it.</summary>
    /// <param name="output">To the client.</param>
    /// <param name="answer">Whether it may go on.</param>
    /// <param name="clusterId">The gateway's cluster.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task AnswerAsync(PipeWriter output, GatewayAnswer answer, string clusterId, CancellationToken cancellation)
    {
        output.Write([(byte)answer]);
        WriteText(output, clusterId);
        await output.FlushAsync(cancellation);
    }

    /// <summary>Hears the answer.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static async Task<(GatewayAnswer Answer, string ClusterId)> HearAnswerAsync(PipeReader input, CancellationToken cancellation)
    {
        while (true)
        {
            var heard = await input.ReadAsync(cancellation);
            var reader = new SequenceReader<byte>(heard.Buffer);
            if (reader.TryRead(out var answer) && TryReadText(ref reader, out var clusterId))
            {
                input.AdvanceTo(reader.Position);
                return Enum.IsDefined((GatewayAnswer)answer) ? ((GatewayAnswer)answer, clusterId) : throw NoHello();
            }

            input.AdvanceTo(heard.Buffer.Start, heard.Buffer.End);
            if (heard.IsCompleted)
            {
                throw NoHello();
            }
        }
    }

    private static Hearing Parse(ReadOnlySequence<byte> heard, out GatewayHello? hello, out SequencePosition end)
    {
        (hello, end) = (null, heard.Start);
        var begun = heard.Slice(0, Math.Min(heard.Length, Magic.Length)).ToArray();
        if (!Magic.StartsWith(begun))
        {
            return Hearing.Other;
        }

        var reader = new SequenceReader<byte>(heard);
        if (begun.Length < Magic.Length)
        {
            return Hearing.Part;
        }

        reader.Advance(Magic.Length);
        if (!TryReadText(ref reader, out var cluster) || !TryReadText(ref reader, out var token))
        {
            return Hearing.Part;
        }

        hello = new(cluster, token.Length == 0 ? null : token);
        end = reader.Position;
        return Hearing.Whole;
    }

    private static void WriteText(PipeWriter output, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        if (bytes.Length > TextMax)
        {
            throw NoHello();
        }

        BinaryPrimitives.WriteUInt16BigEndian(output.GetSpan(2), (ushort)bytes.Length);
        output.Advance(2);
        output.Write(bytes);
    }

    private static bool TryReadText(ref SequenceReader<byte> reader, out string text)
    {
        text = string.Empty;
        if (!reader.TryReadBigEndian(out short length))
        {
            return false;
        }

        if (length is < 0 or > TextMax)
        {
            throw NoHello();
        }

        if (!reader.TryReadExact(length, out var bytes))
        {
            return false;
        }

        text = Encoding.UTF8.GetString(bytes);
        return true;
    }

    private static InvalidDataException NoHello() => new("The other side does not greet as DmaGrains does.");

    private enum Hearing
    {
        Other,
        Part,
        Whole,
    }
}

/// <summary>What a gateway answers to a client.</summary>
internal enum GatewayAnswer : byte
{
    /// <summary>Go on.</summary>
    Welcome = 1,

    /// <summary>This is another cluster.</summary>
    OtherCluster = 2,

    /// <summary>The token is unknown, or missing.</summary>
    NoAccess = 3,
}
