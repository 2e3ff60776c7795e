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

    /// <summary>A buffer processed a command. Reads and test maps are not commands.</summary>
    /// <param name="Board">The buffer's board.</param>
    /// <param name="Buffer">The buffer's name on it.</param>
    /// <param name="Command">The command; null for an export.</param>
    /// <param name="Silo">The silo on which the buffer was active, from 0.</param>
    public abstract record OnBuffer(string Board, string Buffer, DmaCommand? Command, int Silo) : ClusterEvent
    {
        /// <summary>How messages show it.</summary>
        private protected string Text => $"silo {Silo}: {Board}/{Buffer}: {Command?.ToString() ?? "Export"}";
    }

    /// <summary>A command was granted, for the first time or as a repeat; the outcome is in storage and the reply on its way.</summary>
    /// <param name="Board">The buffer's board.</param>
    /// <param name="Buffer">The buffer's name on it.</param>
    /// <param name="Command">The command; null for an export.</param>
    /// <param name="Silo">The silo on which the buffer was active, from 0.</param>
    /// <param name="Reply">The reply.</param>
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
    /// <param name="Silo">The silo on which the buffer was active, from 0.</param>
    /// <param name="Refusal">The refusal.</param>
    public sealed record Refused(string Board, string Buffer, DmaCommand? Command, int Silo, Refusal Refusal)
        : OnBuffer(Board, Buffer, Command, Silo)
    {
        /// <inheritdoc/>
        public override string ToString() => $"{Text} refused: {Refusal}";
    }

    /// <summary>A command failed with an exception: it may have happened or not. A failed batch is one such event for each of its commands.</summary>
    /// <param name="Board">The buffer's board.</param>
    /// <param name="Buffer">The buffer's name on it.</param>
    /// <param name="Command">The command; null for an export.</param>
    /// <param name="Silo">The silo on which the buffer was active, from 0.</param>
    /// <param name="Exception">The exception.</param>
    public sealed record Failed(string Board, string Buffer, DmaCommand? Command, int Silo, Exception Exception)
        : OnBuffer(Board, Buffer, Command, Silo)
    {
        /// <inheritdoc/>
        public override string ToString() => $"{Text} failed: {Exception.GetType().Name}: {Exception.Message}";
    }

    /// <summary>A stored state was read or written.</summary>
    /// <param name="State">The state's name, such as <c>buffer</c>, <c>memory</c>, <c>board</c>.</param>
    /// <param name="Key">The grain's key, such as <c>my-board/frame</c>.</param>
    public abstract record OnState(string State, string Key) : ClusterEvent;

    /// <summary>A state was written.</summary>
    /// <param name="State">The state's name.</param>
    /// <param name="Key">The grain's key.</param>
    /// <param name="SizeBytes">Size of the stored state in bytes.</param>
    public sealed record Written(string State, string Key, int SizeBytes) : OnState(State, Key)
    {
        /// <inheritdoc/>
        public override string ToString() => $"state {State} of {Key} written, {SizeBytes} bytes";
    }

    /// <summary>A write was made to fail.</summary>
    /// <param name="State">The state's name.</param>
    /// <param name="Key">The grain's key.</param>
    /// <param name="Landed">Whether the state was stored nevertheless, and only the answer was lost.</param>
    public sealed record WriteFailed(string State, string Key, bool Landed) : OnState(State, Key)
    {
        /// <inheritdoc/>
        public override string ToString() =>
            $"write of state {State} of {Key} failed {(Landed ? "after it had landed" : "before it landed")}";
    }

    /// <summary>A write waits until it is released: see <see cref="ClusterStorage.HoldWrites"/>.</summary>
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

    /// <summary>A silo was started, stopped or killed.</summary>
    /// <param name="Silo">Its number, from 0.</param>
    public abstract record OnSilo(int Silo) : ClusterEvent;

    /// <summary>A silo has joined the cluster.</summary>
    /// <param name="Silo">Its number, from 0.</param>
    public sealed record SiloStarted(int Silo) : OnSilo(Silo)
    {
        /// <inheritdoc/>
        public override string ToString() => $"silo {Silo} started";
    }

    /// <summary>A silo has left the cluster in an orderly way.</summary>
    /// <param name="Silo">Its number, from 0.</param>
    public sealed record SiloStopped(int Silo) : OnSilo(Silo)
    {
        /// <inheritdoc/>
        public override string ToString() => $"silo {Silo} stopped";
    }

    /// <summary>A silo was killed: from here on nothing that it does reaches the storage.</summary>
    /// <param name="Silo">Its number, from 0.</param>
    public sealed record SiloKilled(int Silo) : OnSilo(Silo)
    {
        /// <inheritdoc/>
        public override string ToString() => $"silo {Silo} killed";
    }
}
