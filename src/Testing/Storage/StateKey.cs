namespace DmaGrains.Testing;

/// <summary>The key of a stored state, or of all states of a grain when <paramref name="State"/> is null.</summary>
internal readonly record struct StateKey(string? State, GrainId Grain)
{
    /// <summary>The grain's key as text.</summary>
    public string Key => Grain.Key.ToString()!;

    /// <summary>Whether the key matches a state.</summary>
    public bool Covers(StateKey state) => Grain == state.Grain && (State is null || State == state.State);

    /// <inheritdoc/>
    public override string ToString() => $"state {State} of {Key}";
}
