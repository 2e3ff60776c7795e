using System.Collections.Immutable;
using System.Globalization;
using DmaGrains.Analysis.Exploring;

namespace DmaGrains.Analysis.Drawing;

/// <summary>A picture of the shortest failing orders as a tree: they part at the deciding step.</summary>
public static class OrdersPicture
{
    private const double Margin = 20;
    private const double Top = 12;
    private const double Gap = 30;
    private const double Inset = 5;
    private const double BoxHeight = 38;
    private const double Down = 56;
    private const double TextWidth = 720;
    private const string Ok = "ok";
    private const string Ink = "#444";

    /// <summary>Draws it.</summary>
    /// <param name="report">The exploration.</param>
    /// <returns>An SVG document.</returns>
    public static string Draw(ExplorationReport report)
    {
        var longest = report.Policies.SelectMany(policy => policy.Failures).Select(failure => failure.Order.Length).DefaultIfEmpty().Max();
        var boxWidth = report.Policies
            .SelectMany(policy => policy.Failures)
            .SelectMany(failure => failure.Order)
            .Select(step => Math.Max(Lettering.WidthOf(step.Importer, isHeading: true), Lettering.WidthOf(WhatOf(step))))
            .DefaultIfEmpty()
            .Max() + (2 * Inset) + 1;
        var picture = new Svg((2 * Margin) + (longest * (boxWidth + Gap)) + TextWidth);
        picture.Text(Margin, Top, $"{report.Scenario} on {report.Board}", isHeading: true);
        picture.Text(Margin, picture.Bottom, report.Shows);
        foreach (var policy in report.Policies)
        {
            picture.Text(Margin, picture.Bottom + 12, string.Create(
                CultureInfo.InvariantCulture,
                $"{policy.Policy}: {policy.Orders:n0} orders{(policy.Complete ? string.Empty : " played to their end, not all")}, {Kinds(policy.Failures.Length)}"), isHeading: true);
            var top = picture.Bottom + 6;
            foreach (var root in Branch.From(policy.Failures, depth: 0))
            {
                top = DrawBranch(picture, root, top, boxWidth);
            }
        }

        return picture.ToString();
    }

    /// <summary>Draws a step and what follows it.</summary>
    /// <returns>Where the next one may begin.</returns>
    private static double DrawBranch(Svg picture, Branch branch, double top, double boxWidth)
    {
        var left = Margin + (branch.Depth * (boxWidth + Gap));
        var isGood = branch.Step.Outcome == Ok;
        picture.Box(left, top, boxWidth, BoxHeight, isGood ? "white" : "#fbe3d6", isGood ? Ink : "#d55e00");
        picture.Text(left + Inset, top + 1, branch.Step.Importer, isHeading: true, across: boxWidth);
        picture.Text(left + Inset, top + 18, WhatOf(branch.Step), across: boxWidth);
        var next = top;
        foreach (var failure in branch.Ends)
        {
            var end = picture.Text(
                left + boxWidth + 8, next, $"{OrdersOf(failure)}{WhatOf(failure)}", isHeading: true, fill: "#d55e00", across: TextWidth - 8);
            end = failure.Reason is { } reason ? picture.Text(left + boxWidth + 8, end, reason, across: TextWidth - 8) : end;
            next += Math.Max(Down, end - next + 6);
        }

        foreach (var child in branch.Next)
        {
            var (from, to) = (left + (boxWidth / 2), left + boxWidth + Gap);
            if (next == top)
            {
                picture.Line(left + boxWidth, top + (BoxHeight / 2), to, top + (BoxHeight / 2), Ink);
            }
            else
            {
                picture.Line(from, top + BoxHeight, from, next + (BoxHeight / 2), Ink);
                picture.Line(from, next + (BoxHeight / 2), to, next + (BoxHeight / 2), Ink);
            }

            next = DrawBranch(picture, child, next, boxWidth);
        }

        return Math.Max(next, top + Down);
    }

    private static string Kinds(int count) => count switch
    {
        0 => "none fails",
        1 => "one kind of failure; its shortest order",
        _ => string.Create(CultureInfo.InvariantCulture, $"{count} kinds of failure; the shortest order of each"),
    };

    private static string OrdersOf(FailureReport failure) => failure.Orders is { } orders
        ? string.Create(CultureInfo.InvariantCulture, $"{orders:n0} {(orders.IsOne ? "order" : "orders")}: ")
        : string.Empty;

    private static string WhatOf(ExploredStepReport step) => string.Join(
        ' ', ((string?[])[step.Operation, step.Buffer, step.Outcome == Ok ? null : step.Outcome]).OfType<string>());

    private static string WhatOf(FailureReport failure) => failure.Kind switch
    {
        FailureKind.Deadlock => "all importers wait",
        FailureKind.Broken => "a rule is broken",
        _ => string.Join(' ', ((string?[])[failure.Importer, failure.Operation, failure.Outcome]).OfType<string>()),
    };

    /// <summary>A step of some orders that begin alike.</summary>
    private sealed record Branch(
        ExploredStepReport Step, int Depth, ImmutableArray<FailureReport> Ends, ImmutableArray<Branch> Next)
    {
        public static ImmutableArray<Branch> From(IEnumerable<FailureReport> failures, int depth) =>
        [
            .. failures
                .Where(failure => failure.Order.Length > depth)
                .GroupBy(failure => failure.Order[depth])
                .Select(alike => new Branch(
                    alike.Key,
                    depth,
                    [.. alike.Where(failure => failure.Order.Length == depth + 1)],
                    From(alike, depth + 1))),
        ];
    }
}
