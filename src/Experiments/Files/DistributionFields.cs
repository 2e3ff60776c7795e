using System.Collections.Immutable;
using System.Globalization;
using DmaGrains.Experiments.Sampling;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Experiments.Files;

/// <summary>Reads distributions: a bare value, or one key that names the distribution.</summary>
/// <param name="asValue">Reads one value of the quantity: bytes, or nanoseconds.</param>
/// <param name="example">A value, for messages.</param>
internal sealed class DistributionFields(Func<FileNode, double> asValue, string example)
{
    private const int ChoicesMax = 1000;

    private static readonly string[] _kinds = ["constant", "uniform", "exponential", "lognormal", "pareto", "choose"];

    private static readonly Distribution _standIn = new Distribution.Constant(1);

    /// <summary>Distributions of sizes.</summary>
    public static DistributionFields OfBytes { get; } = new(node => node.AsSize(1, DmaGrains.Model.Buffers.BufferExport.SizeBytesMax), "4MiB");

    /// <summary>Distributions of times.</summary>
    public static DistributionFields OfTimes { get; } = new(node => node.AsTime(0), "400ms");

    /// <summary>Reads a node as a distribution.</summary>
    public Distribution Read(FileNode node)
    {
        if (node is not MapNode map)
        {
            return node is TextNode
                ? new Distribution.Constant(asValue(node))
                : node.Wrong($"a value such as {example}, or a mapping with one of the keys {Quoted.AnyOf(_kinds)}", _standIn);
        }

        map.AllowOnly(_kinds);
        if (map.Keys.Count(key => _kinds.Contains(key.Value)) != 1)
        {
            map.Place.Report($"{map.Label} has {map.Keys.Count()} keys", $"one: {Quoted.AnyOf(_kinds)}");
            return _standIn;
        }

        var kind = map.Keys.First(key => _kinds.Contains(key.Value)).Value;
        var value = map.Required(kind);
        var distribution = Read(kind, value);
        if (distribution?.Check() is { } misfit)
        {
            var at = value is MapNode parameters ? parameters.PlaceOf(misfit.Field) : value.Place;
            at.Report($"{map.Label} has the impossible distribution '{kind}': {misfit.Field} is wrong", misfit.Expected);
        }

        return distribution ?? _standIn;
    }

    private Distribution? Read(string kind, FileNode value) => kind switch
    {
        "constant" => new Distribution.Constant(asValue(value)),
        "uniform" => ReadUniform(value),
        "exponential" => new Distribution.Exponential(asValue(value)),
        "lognormal" => ReadPair(value, "sigma") is var (mean, sigma) ? new Distribution.LogNormal(mean, sigma) : null,
        "pareto" => ReadPair(value, "shape") is var (mean, shape) ? new Distribution.Pareto(mean, shape) : null,
        _ => new Distribution.Choose(ReadChoices(value, asValue)),
    };

    private Distribution.Uniform? ReadUniform(FileNode node)
    {
        if (node.AsList(2) is not [var low, var high])
        {
            node.Place.Report($"{node.Label} is {node.Found}", "two values: the smallest, then the largest");
            return null;
        }

        return new(asValue(low), asValue(high));
    }

    private (double Mean, double Other)? ReadPair(FileNode node, string other)
    {
        var map = node.AsMap();
        map.AllowOnly("mean", other);
        var mean = map.Required("mean");
        return map.Required(other).AsNumber() is { } number ? (asValue(mean), number) : null;
    }

    /// <summary>Reads values with weights; the default weight is 1. The caller checks the weights.</summary>
    public static ImmutableArray<Weighted<T>> ReadChoices<T>(FileNode node, Func<FileNode, T> asValue)
    {
        var choices = ImmutableArray.CreateBuilder<Weighted<T>>();
        foreach (var map in node.AsList(ChoicesMax).Select(entry => entry.AsMap()))
        {
            map.AllowOnly("value", "weight");
            var value = asValue(map.Required("value"));
            choices.Add(new(value, map.Optional("weight") is { } weight ? weight.AsNumber() ?? 1 : 1));
        }

        return choices.ToImmutable();
    }
}

/// <summary>Reads nodes as types of value that only experiments have.</summary>
internal static class ExperimentValues
{
    private const string Rate = "a rate above 0 such as 30/s or 0.5/min, at most 1000000000/s";

    /// <summary>A time in nanoseconds.</summary>
    public static ulong AsTime(this FileNode node, ulong least) =>
        node is TextNode { IsNothing: false } text && Times.TryParse(text.Value, out var time) && time >= least
            ? time
            : node.Wrong($"a time from {(least == 0 ? "0" : "1ns")} to 36500d, such as {Times.Examples}", least);

    /// <summary>A rate per second.</summary>
    public static double AsRate(this FileNode node) =>
        node is TextNode text && Times.TryParseRate(text.Value, out var rate) ? rate : node.Wrong(Rate, 1.0);

    /// <summary>A decimal number; null, with a problem reported, when malformed.</summary>
    public static double? AsNumber(this FileNode node) =>
        node is TextNode { IsPlain: true } text
            && double.TryParse(text.Value, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number)
                ? number
                : node.Wrong<double?>("a number such as 3 or 0.5", null);
}
