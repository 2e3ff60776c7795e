using DmaGrains.Model;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Testing;

/// <summary>Something that happened in a cluster.</summary>
public abstract record ClusterEvent
{
    private protected ClusterEvent()
    {
    }

    /// <summary>From 1, in the order in which events happened.</summary>
    public long Number { get; internal init; }

    /// <summary>A buffer dealt with a command. Reads, and tests that hold nothing, are no commands.</summary>
    /// <param name="Board">The buffer's board.</param>
    /// <param name="Buffer">The buffer's name on it.</param>
    /// <param name="Command">The command; null for an export.</param>
    /// <param name="Silo">The silo that the buffer was on, from 0.</param>
    public abstract record OnBuffer(string Board, string Buffer, DmaCommand? Command, int Silo) : ClusterEvent
    {
        /// <summary>What it looks like in messages.</summary>
        private protected string Text => $"silo {Silo}: {Board}/{Buffer}: {Command?.ToString() ?? "Export"}";
    }

    /// <summary>A command was carried out, or repeated; the outcome is in storage and the reply on its way.</summary>
    /// <param name="Board">The buffer's board.</param>
    /// <param name="Buffer">The buffer's name on it.</param>
    /// <param name="Command">The command; null for an export.</param>
    /// <param name="Silo">The silo that the buffer was on, from 0.</param>
    /// <param name="Reply">What the caller is told.</param>
    public sealed record Granted(string Board, string Buffer, DmaCommand? Command, int Silo, DmaReply Reply)
        : OnBuffer(Board, Buffer, Command, Silo)
    {
        /// <inheritdoc/>
        public override string ToString() => $"{Text} granted";
    }

    /// <summary>A command was refused.</summary>
    /// <param name="Board">The buffer's board.</param>
    /// <param name="Buffer">The buffer's name on it.</param>
    /// <param name="Command">The command; null for an export.</param>
    /// <param name="Silo">The silo that the buffer was on, from 0.</param>
    /// <param name="Refusal">What the caller is told.</param>
    public sealed record Refused(string Board, string Buffer, DmaCommand? Command, int Silo, Refusal Refusal)
        : OnBuffer(Board, Buffer, Command, Silo)
    {
        /// <inheritdoc/>
        public override string ToString() => $"{Text} refused: {Refusal}";
    }

    /// <summary>A command ended in an exception: it may have happened or not. A batch that does is one such event for each of its commands.</summary>
    /// <param name="Board">The buffer's board.</param>
    /// <param name="Buffer">The buffer's name on it.</param>
    /// <param name="Command">The command; null for an export.</param>
    /// <param name="Silo">The silo that the buffer was on, from 0.</param>
    /// <param name="Exception">What the caller is told.</param>
    public sealed record Failed(string Board, string Buffer, DmaCommand? Command, int Silo, Exception Exception)
        : OnBuffer(Board, Buffer, Command, Silo)
    {
        /// <inheritdoc/>
        public override string ToString() => $"{Text} failed: {Exception.GetType().Name}: {Exception.Message}";
    }

    /// <summary>Something was done to a stored state.</summary>
    /// <param name="State">The state's name, such as <c>buffer</c>, <c>memory</c>, <c>board</c>.</param>
    /// <param name="Key">The key of the grain whose state it is, such as <c>my-board/frame</c>.</param>
    public abstract record OnState(string State, string Key) : ClusterEvent;

    /// <summary>A write landed.</summary>
    /// <param name="State">The state's name.</param>
    /// <param name="Key">The grain's key.</param>
    /// <param name="SizeBytes">Bytes of the state as stored.</param>
    public sealed record Written(string State, string Key, int SizeBytes) : OnState(State, Key)
    {
        /// <inheritdoc/>
        public override string ToString() => $"state {State} of {Key} written, {SizeBytes} bytes";
    }

    /// <summary>A write was made to fail.</summary>
    /// <param name="State">The state's name.</param>
    /// <param name="Key">The grain's key.</param>
    /// <param name="Landed">Whether it landed all the same, and only the answer was lost.</param>
    public sealed record WriteFailed(string State, string Key, bool Landed) : OnState(State, Key)
    {
        /// <inheritdoc/>
        public override string ToString() =>
            $"write of state {State} of {Key} failed {(Landed ? "after it had landed" : "before it landed")}";
    }

    /// <summary>A write waits until it is let go: see <see cref="ClusterStorage.HoldWrites"/>.</summary>
    /// <param name="State">The state's name.</param>
    /// <param name="Key">The grain's key.</param>
    public sealed record WriteHeld(string State, string Key) : OnState(State, Key)
    {
        /// <inheritdoc/>
        public override string ToString() => $"write of state {State} of {Key} held";
    }

    /// <summary>A read was made to fail.</summary>
    /// <param name="State">The state's name.</param>
    /// <param name="Key">The grain's key.</param>
    public sealed record ReadFailed(string State, string Key) : OnState(State, Key)
    {
        /// <inheritdoc/>
        public override string ToString() => $"read of state {State} of {Key} failed";
    }

    /// <summary>A silo came or went.</summary>
    /// <param name="Silo">Which, from 0.</param>
    public abstract record OnSilo(int Silo) : ClusterEvent;

    /// <summary>A silo is part of the cluster.</summary>
    /// <param name="Silo">Which, from 0.</param>
    public sealed record SiloStarted(int Silo) : OnSilo(Silo)
    {
        /// <inheritdoc/>
        public override string ToString() => $"silo {Silo} started";
    }

    /// <summary>A silo has left the cluster in order.</summary>
    /// <param name="Silo">Which, from 0.</param>
    public sealed record SiloStopped(int Silo) : OnSilo(Silo)
    {
        /// <inheritdoc/>
        public override string ToString() => $"silo {Silo} stopped";
    }

    /// <summary>A silo is lost: from here on nothing that it does reaches the storage.</summary>
    /// <param name="Silo">Which, from 0.</param>
    public sealed record SiloKilled(int Silo) : OnSilo(Silo)
    {
        /// <inheritdoc/>
        public override string ToString() => $"silo {Silo} killed";
    }
}
