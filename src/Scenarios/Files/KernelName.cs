using DmaGrains.Model;

namespace DmaGrains.Scenarios.Files;

/// <summary>Names that the kernel gives, such as <c>0000:00:02.0</c>, as names of the model.</summary>
public static class KernelName
{
    /// <summary>The name with a hyphen for each character that a name of the model cannot have.</summary>
    /// <param name="name">A device's name.</param>
    public static string ToModel(string name)
    {
        var shown = string.Concat(name.Select(c => ModelName.IsValid($"0{c}") ? c : '-'));
        var started = shown.Length > 0 && char.IsAsciiLetterOrDigit(shown[0]) ? shown : $"x{shown}";
        return started[..Math.Min(started.Length, ModelName.LengthMax)];
    }
}
