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
/// <param name="FinalStates">How many of these an order ends in.</param>
/// <param name="Boards">Distinct boards among the states.</param>
/// <param name="OrderMatters">Whether there are several outcomes; null when only one was found and there may be others.</param>
/// <param name="Outcomes">The outcomes, that of most orders first.</param>
/// <param name="Failures">Each kind of failure, that of the shortest order first.</param>
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
/// <param name="Orders">How many orders lead to it.</param>
/// <param name="FinalStates">The number of states in which they end; boards may differ in ways that no reply shows.</param>
/// <param name="Importers">What each importer was answered.</param>
/// <param name="Hazards">What is on record, each once.</param>
/// <param name="Deadlock">Whether all unfinished scripts wait.</param>
public sealed record OutcomeReport(
    BigInteger Orders,
    int FinalStates,
    ImmutableArray<AnswersReport> Importers,
    ImmutableArray<OutcomeHazardReport> Hazards,
    bool Deadlock);

/// <summary>What one importer was answered.</summary>
/// <param name="Importer">Its name; of a fault, what it is called.</param>
/// <param name="Answers">
/// For each of its steps "ok", the errno or "skipped"; "crash" or "hang" where it did, and then what its driver was answered; "waits"
/// for a step that never goes on. Nothing for a fault that did not happen.
/// </param>
public sealed record AnswersReport(string Importer, ImmutableArray<string> Answers);

/// <summary>A hazard of an outcome.</summary>
/// <param name="Kind">Such as <c>list_breaks_limit</c>.</param>
/// <param name="Importer">The device.</param>
/// <param name="Buffer">The buffer.</param>
public sealed record OutcomeHazardReport(string Kind, string Importer, string Buffer);

/// <summary>A kind of failure, with the shortest order that has it.</summary>
/// <param name="Kind">What sort of thing it is.</param>
/// <param name="Importer">Whose step; of a hazard, the device; null of a deadlock.</param>
/// <param name="Operation">The step's verb; null when it is no step's.</param>
/// <param name="Buffer">The buffer, or null.</param>
/// <param name="Outcome">The errno, or the kind of hazard; else null.</param>
/// <param name="Orders">How many orders have it; null when not every order was followed to its end.</param>
/// <param name="Order">The shortest order that has it, up to there.</param>
/// <param name="Reason">Why, in words for people.</param>
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
/// <param name="Importer">Whose.</param>
/// <param name="Operation">The step's verb; or crash, hang, memory-runs-out.</param>
/// <param name="Buffer">The buffer, or null.</param>
/// <param name="Outcome">"ok", the errno, or "skipped".</param>
public sealed record ExploredStepReport(string Importer, string Operation, string? Buffer, string Outcome);
