using System.Collections.Immutable;
using System.Numerics;

namespace DmaGrains.Analysis.Exploring;

/// <summary>The results of every order of a scenario's steps, under one policy or several.</summary>
/// <param name="Scenario">Its name.</param>
/// <param name="Shows">What the scenario shows.</param>
/// <param name="Board">The board it was explored on.</param>
/// <param name="Faults">The faults, as requested.</param>
/// <param name="Policies">The results under each policy, in the requested order.</param>
public sealed record ExplorationReport(
    string Scenario,
    string Shows,
    string Board,
    ImmutableArray<string> Faults,
    ImmutableArray<ExploredPolicyReport> Policies);

/// <summary>Every order under one policy.</summary>
/// <param name="Policy">Its name; "as written" for those of the scenario's own file.</param>
/// <param name="Complete">Whether every order was followed to its end.</param>
/// <param name="StoppedBy">The limit that was reached, or "interrupted"; null when complete.</param>
/// <param name="ExploredSteps">How many steps of every order were played; all of them when complete.</param>
/// <param name="Orders">Orders that were followed to their end.</param>
/// <param name="States">Distinct states: the replies and holdings of all scripts, and the board.</param>
/// <param name="FinalStates">The number of states in which orders end.</param>
/// <param name="Boards">Distinct boards among the states.</param>
/// <param name="OrderMatters">Whether there are several outcomes; null when one was found and the exploration is incomplete.</param>
/// <param name="Outcomes">The outcomes, beginning with the one of most orders.</param>
/// <param name="Failures">Each kind of failure, beginning with the one that the shortest order shows.</param>
public sealed record ExploredPolicyReport(
    string Policy,
    bool Complete,
    string? StoppedBy,
    int ExploredSteps,
    BigInteger Orders,
    long States,
    int FinalStates,
    int Boards,
    bool? OrderMatters,
    ImmutableArray<OutcomeReport> Outcomes,
    ImmutableArray<FailureReport> Failures);

/// <summary>An outcome of orders: the replies to all steps, and the hazards.</summary>
/// <param name="Orders">The number of orders that lead to it.</param>
/// <param name="FinalStates">The number of states in which they end; boards may differ in ways that no reply shows.</param>
/// <param name="Importers">The replies to each importer.</param>
/// <param name="Hazards">The hazards on record, each once.</param>
/// <param name="Deadlock">Whether all unfinished scripts wait.</param>
public sealed record OutcomeReport(
    BigInteger Orders,
    int FinalStates,
    ImmutableArray<AnswersReport> Importers,
    ImmutableArray<OutcomeHazardReport> Hazards,
    bool Deadlock);

/// <summary>The replies to one importer.</summary>
/// <param name="Importer">The name of the importer or of the fault.</param>
/// <param name="Answers">
/// For each of its steps "ok", the errno or "skipped"; "crash" or "hang" where that happened, followed by the replies to its driver;
/// "waits" for a step that waits for ever. Empty for a fault that did not happen.
/// </param>
public sealed record AnswersReport(string Importer, ImmutableArray<string> Answers);

/// <summary>A hazard of an outcome.</summary>
/// <param name="Kind">The kind, such as <c>list_breaks_limit</c>.</param>
/// <param name="Importer">The device.</param>
/// <param name="Buffer">The buffer.</param>
public sealed record OutcomeHazardReport(string Kind, string Importer, string Buffer);

/// <summary>A kind of failure, with the shortest order that has it.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Importer">The importer of the step; the device of a hazard; null for a deadlock.</param>
/// <param name="Operation">The step's verb; null when no step is at fault.</param>
/// <param name="Buffer">The buffer, or null.</param>
/// <param name="Outcome">The errno or the kind of hazard, or null.</param>
/// <param name="Orders">The number of orders that have it; null when the exploration is incomplete.</param>
/// <param name="Order">The shortest order that has it, up to that point.</param>
/// <param name="Reason">The reason, in words.</param>
public sealed record FailureReport(
    FailureKind Kind,
    string? Importer,
    string? Operation,
    string? Buffer,
    string? Outcome,
    BigInteger? Orders,
    ImmutableArray<ExploredStepReport> Order,
    string? Reason);

/// <summary>A step of an order.</summary>
/// <param name="Importer">The importer.</param>
/// <param name="Operation">The step's verb; or crash, hang, memory-runs-out.</param>
/// <param name="Buffer">The buffer, or null.</param>
/// <param name="Outcome">"ok", the errno, or "skipped".</param>
public sealed record ExploredStepReport(string Importer, string Operation, string? Buffer, string Outcome);
