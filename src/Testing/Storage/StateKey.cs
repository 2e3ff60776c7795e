namespace DmaGrains.Testing;

/// <summary>Names a stored state, or all of a grain's where it has no <paramref name="State"/>.</summary>
internal readonly record struct StateKey(string? State, GrainId Grain)
{
    /// <summary>The grain's key as text.</summary>
    public string Key => Grain.Key.ToString()!;

    /// <summary>Whether a state is one of those named.</summary>
    public bool Covers(StateKey state) => Grain == state.Grain && (State is null || State == state.State);

    /// <inheritdoc/>
    public override string ToString() => $"state {State} of {Key}";
}
