using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace DmaGrains.Silo.Gateways;

/// <summary>
/// The messages of a client on a connection to a gateway, as long as they are requests in the name of a client. Who sends a message is part
/// of it, and the checks of calls go by that: a client that writes the name of a grain there would pass as one.
/// </summary>
/// <param name="connection">The connection, from the client's first word in Orleans' protocol.</param>
/// <param name="onForged">Is told when the client sends something else. The connection ends there: what came with it is not read.</param>
/// <remarks>Source: Orleans 10.4, <c>ConnectionPreambleHelper.Read</c>, <c>MessageSerializer.TryRead</c>.</remarks>
internal sealed class ClientMessages(IDuplexPipe connection, Action onForged) : PipeReader, IDuplexPipe
{
    // A message is the lengths of its header and body, and these. A header starts with flags, an id, and the type and key of the sender:
    // for each its length, which is doubled and one more, a hash, and the text.
    private const int LengthsBytes = 8;
    private const int TypeAt = 12;
    private const int TextAfter = 5;

    // Of the flags: this bit says that the message corrects where silos believe grains to be, and these what kind of message it is.
    private const uint CorrectsAddresses = 1 << 7;
    private const uint KindMask = 0xF_0000;
    private const uint Request = 0x1_0000;
    private const uint OneWay = 0x3_0000;

    private readonly PipeReader _input = connection.Input;
    private SequencePosition _start;
    private bool _isIntroduced;
    private bool _isForged;

    /// <inheritdoc/>
    public PipeReader Input => this;

    /// <inheritdoc/>
    public PipeWriter Output => connection.Output;

    private static ReadOnlySpan<byte> Client => "sys.client"u8;

    private static int KeyAt => TypeAt + TextAfter + Client.Length;

    private static int BeginningBytes => KeyAt + TextAfter + TokenFilter.SiloItself.Length;

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        Checked(await _input.ReadAsync(cancellationToken));

    /// <inheritdoc/>
    public override bool TryRead(out ReadResult result)
    {
        var hasRead = _input.TryRead(out result);
        result = hasRead ? Checked(result) : result;
        return hasRead;
    }

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        // The preamble is taken as a whole, and then messages are: what is read always begins with one.
        _isIntroduced |= !consumed.Equals(_start);
        _input.AdvanceTo(consumed, examined);
    }

    /// <inheritdoc/>
    public override void CancelPendingRead() => _input.CancelPendingRead();

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null) => _input.Complete(exception);

    private ReadResult Checked(ReadResult read)
    {
        _start = read.Buffer.Start;
        if (!_isForged && !(_isIntroduced ? AreAllOfClients(read.Buffer) : IsIntroducedAsClient(read.Buffer)))
        {
            _isForged = true;
            onForged();
        }

        return _isForged ? new(default, isCanceled: false, isCompleted: true) : read;
    }

    /// <summary>Orleans sees to it that the preamble names a client; it must not be the one of a silo, which would get its replies.</summary>
    private static bool IsIntroducedAsClient(ReadOnlySequence<byte> read)
    {
        var reader = new SequenceReader<byte>(read);
        return !reader.TryReadLittleEndian(out int length) || !reader.TryReadExact(Math.Max(0, length), out var preamble)
            || preamble.ToArray().AsSpan().IndexOf(TokenFilter.SiloItself) < 0;
    }

    private static bool AreAllOfClients(ReadOnlySequence<byte> messages)
    {
        Span<byte> beginning = stackalloc byte[LengthsBytes + BeginningBytes];
        while (messages.Length >= LengthsBytes)
        {
            var begun = beginning[..(int)Math.Min(messages.Length, beginning.Length)];
            messages.Slice(0, begun.Length).CopyTo(begun);
            var header = BinaryPrimitives.ReadInt32LittleEndian(begun);
            var body = BinaryPrimitives.ReadInt32LittleEndian(begun[sizeof(int)..]);
            if (header < BeginningBytes || body < 0)
            {
                return false;
            }

            var length = LengthsBytes + (long)header + body;
            if (messages.Length < length)
            {
                // Nothing is done with a part of a message.
                return true;
            }

            if (!IsOfClient(begun[LengthsBytes..]))
            {
                return false;
            }

            messages = messages.Slice(length);
        }

        return true;
    }

    private static bool IsOfClient(ReadOnlySpan<byte> header)
    {
        var flags = BinaryPrimitives.ReadUInt32LittleEndian(header);
        return (flags & KindMask) is Request or OneWay
            && (flags & CorrectsAddresses) == 0
            && header[TypeAt] == (Client.Length * 2) + 1
            && header[(TypeAt + TextAfter)..].StartsWith(Client)
            && header[KeyAt] % 2 == 1
            && !header[(KeyAt + TextAfter)..].StartsWith(TokenFilter.SiloItself);
    }
}
