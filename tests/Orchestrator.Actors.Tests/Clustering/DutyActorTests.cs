using Akka.Actor;
using Orchestrator.Actors.Clustering;
using Orchestrator.Actors.Clustering.Duties;
using Orchestrator.TestKit;

namespace Orchestrator.Actors.Tests.Clustering;

public sealed class DutyActorTests : ActorTest
{
    private const string Duty = "jobs-0";
    private readonly MemoryDutyStore _store;
    private readonly RecordingPart _part;
    private readonly DutySettings _settings = new();

    public DutyActorTests() => (_store, _part) = (new MemoryDutyStore(Time), new RecordingPart(Time));

    [Fact]
    public async Task Claimed_duty_is_served_under_its_claim()
    {
        var duty = await StartAsync();

        Assert.Equal(new DutyMessages.Home(Duty, "a", 1), await LocateAsync(duty));
        Assert.Equal([new DutyClaim(Duty, "a", 1)], _part.Begun);
    }

    [Fact]
    public async Task Refused_claim_is_tried_again_until_the_duty_is_free()
    {
        _store.Give(Duty, "b");
        var duty = Start();
        for (var tries = 1; tries <= 3; tries++)
        {
            await Eventually.TrueAsync(() => _store.CountOf("claim " + Duty) == tries, Limit, "it has asked");
            Assert.Equal(new DutyMessages.Home(Duty, "a", null), await LocateAsync(duty));
            Advance(_settings.ClaimPause);
        }
        Assert.Empty(_part.Begun);

        _store.Free(Duty);
        await ServesAsync(duty, 2, step: 0.5);
    }

    [Fact]
    public async Task Node_that_does_not_know_the_fleet_yet_claims_nothing()
    {
        var knows = false;
        var duty = Sys.ActorOf(DutyActor.PropsFor(Duty, Environment() with { KnowsFleet = () => Volatile.Read(ref knows) }));
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(new DutyMessages.Home(Duty, "a", null), await LocateAsync(duty));
            Advance(_settings.ClaimPause);
        }
        Assert.Equal(0, _store.CountOf("claim " + Duty));

        Volatile.Write(ref knows, true);

        await ServesAsync(duty, 1, step: 0.5);
    }

    [Fact]
    public async Task Store_that_fails_or_is_silent_is_asked_again()
    {
        _store.Failure = "no connection";
        var duty = Start();
        await Eventually.TrueAsync(() => _store.CountOf("claim " + Duty) == 1, Limit, "it has asked");
        (_store.Failure, _store.IsSilent) = (null, true);
        Advance(_settings.ClaimPause);
        await Eventually.TrueAsync(() => _store.CountOf("claim " + Duty) == 2, Limit, "it has asked again");
        _store.IsSilent = false;

        await ServesAsync(duty, 1, step: 0.5);
    }

    [Fact]
    public async Task Store_that_never_answers_a_claim_is_asked_again()
    {
        _store.NextClaim = new TaskCompletionSource().Task;

        await ServesAsync(Start(), 2, step: 0.5);
    }

    [Fact]
    public async Task Store_that_fails_in_a_way_of_its_own_is_asked_again()
    {
        _store.NextClaim = Task.FromException(new InvalidOperationException("nobody thought of this"));

        await ServesAsync(Start(), 2, step: 0.5);
    }

    [Fact]
    public async Task Claim_is_renewed_for_as_long_as_it_is_served()
    {
        var duty = await StartAsync();
        for (var renewals = 1; renewals <= 20; renewals++)
        {
            Advance(_settings.RenewPause);
            await Eventually.TrueAsync(() => _store.CountOf("renew " + Duty) == renewals, Limit, "it is renewed");
        }

        Assert.Equal(1, (await LocateAsync(duty)).Epoch);
        Assert.Equal(1, _store[Duty]!.Epoch);
        Assert.Empty(_part.Ended);
    }

    [Fact]
    public async Task Duty_that_another_has_ends_here_and_is_claimed_again()
    {
        var duty = await StartAsync();
        _store.Give(Duty, "b");

        Advance(_settings.RenewPause);

        await Eventually.TrueAsync(() => _part.Ended.Count == 1, Limit, "its part has ended");
        Assert.True(_part.HasStopped(0));
        Assert.Null((await LocateAsync(duty)).Epoch);
        Assert.Equal("b", _store[Duty]!.Owner);
        _store.Free(Duty);
        await ServesAsync(duty, 3, step: 0.5);
    }

    [Fact]
    public async Task Silent_store_ends_the_duty_before_another_may_have_it()
    {
        await StartAsync();
        var lifetimeEnds = Time.GetUtcNow() + _settings.Lifetime;
        _store.IsSilent = true;

        for (var second = 1; second < _settings.Patience.TotalSeconds; second++)
            Advance(1);
        Assert.Empty(_part.Ended);
        Advance(1);

        await Eventually.TrueAsync(() => _part.Ended.Count == 1, Limit, "its part has ended");
        Assert.True(_part.Ended[0].At < lifetimeEnds, $"it ended {_part.Ended[0].At}, and the store gives it to another at {lifetimeEnds}");
        Assert.NotNull(_store[Duty]);
    }

    [Fact]
    public async Task Renewal_after_some_failures_keeps_the_duty()
    {
        var duty = await StartAsync();
        for (var round = 0; round < 5; round++)
        {
            _store.Failure = "no connection";
            Advance(4);
            _store.Failure = null;
            Advance(2);
            await SettleAsync(duty);
        }

        Assert.Equal(1, (await LocateAsync(duty)).Epoch);
        Assert.Empty(_part.Ended);
    }

    [Fact]
    public async Task Late_answer_about_an_earlier_claim_does_not_end_the_next()
    {
        var duty = await StartAsync();
        var late = new TaskCompletionSource<bool>();
        _store.NextRenewal = late.Task;
        Advance(_settings.RenewPause);
        await Eventually.TrueAsync(() => _store.CountOf("renew " + Duty) == 1 && _store.NextRenewal is null, Limit, "it is asked");
        _part.Child(0).Tell(Worker.Fail);
        await ServesAsync(duty, 2, step: 0.5);

        late.SetResult(false);
        await SettleAsync(duty);
        await SettleAsync(duty);

        Assert.Equal(2, (await LocateAsync(duty)).Epoch);
        Assert.Single(_part.Ended);
    }

    [Fact]
    public async Task Claim_that_was_answered_too_late_is_not_served_but_claimed_anew()
    {
        var answered = new TaskCompletionSource();
        _store.NextClaim = answered.Task;
        var duty = Start();
        await Eventually.TrueAsync(() => _store.CountOf("claim " + Duty) == 1 && _store.NextClaim is null, Limit, "it has asked");
        Advance(_settings.Patience);
        answered.SetResult();

        await ServesAsync(duty, 2, step: 0.5);
        Assert.Equal([new DutyClaim(Duty, "a", 2)], _part.Begun);
    }

    [Fact]
    public async Task Tenure_ends_before_the_store_gives_the_duty_to_another_and_with_the_duty()
    {
        var duty = await StartAsync();
        var tenure = _part.Tenures[0];
        Assert.True(tenure.IsHeld);
        Advance(_settings.RenewPause);
        await Eventually.TrueAsync(() => _store.CountOf("renew " + Duty) == 1, Limit, "it is renewed");
        await SettleAsync(duty);
        Assert.Equal(_settings.Patience, tenure.Left);

        // The process stands still: nothing of it runs while time passes.
        Time.Advance(_settings.Patience);
        Assert.False(tenure.IsHeld);
        Assert.NotNull(_store[Duty]);

        await Eventually.TrueAsync(() => _part.Ended.Count == 1, Limit, "its part has ended");
        await ServesAsync(duty, 2, step: 0.5);
        await InTime(duty.GracefulStop(Limit));
        Assert.All(_part.Tenures, served => Assert.False(served.IsHeld));
    }

    [Fact]
    public async Task Part_that_fails_is_begun_anew_under_a_new_claim()
    {
        var duty = await StartAsync();

        _part.Child(0).Tell(Worker.Fail);

        await Eventually.TrueAsync(() => _part.Ended.Count == 1, Limit, "the part has ended");
        Assert.Equal(1, _part.Ended[0].Claim.Epoch);
        Assert.True(_part.HasStopped(0) && _part.HasStopped(1));
        await ServesAsync(duty, 2, step: 0.5);
    }

    [Fact]
    public async Task Part_that_cannot_be_begun_leaves_nothing_behind_and_is_tried_again()
    {
        _part.Failures = 1;
        var duty = Start();

        await Eventually.TrueAsync(() => _part.Ended.Count == 1, Limit, "what it had begun has ended");
        Assert.True(_part.HasStopped(0));
        Assert.Equal(1, _store.CountOf("claim " + Duty));
        await ServesAsync(duty, 2, step: 0.5);
    }

    [Fact]
    public async Task Part_whose_write_was_refused_ends_at_once_and_says_that_it_is_nowhere()
    {
        var duty = await StartAsync();
        _store.Give(Duty, "b");

        duty.Tell(DutyLost.Instance);

        Assert.Null((await LocateAsync(duty)).Epoch);
        await Eventually.TrueAsync(() => _part.Ended.Count == 1, Limit, "its part has ended");
        Assert.Equal(0, _store.CountOf("renew " + Duty));
    }

    [Fact]
    public async Task Stopped_duty_is_given_back_after_its_part_has_ended()
    {
        var duty = await StartAsync();

        await InTime(duty.GracefulStop(Limit));

        await Eventually.TrueAsync(() => _store[Duty] is null, Limit, "it is given back");
        Assert.Equal(1, Assert.Single(_part.Ended).Claim.Epoch);
        Assert.True(_part.HasStopped(0) && _part.HasStopped(1));
    }

    [Fact]
    public async Task Stopped_duty_that_was_never_claimed_gives_nothing_back()
    {
        _store.Give(Duty, "b");
        var duty = Start();
        await Eventually.TrueAsync(() => _store.CountOf("claim " + Duty) == 1, Limit, "it has asked");

        await InTime(duty.GracefulStop(Limit));

        Assert.Equal(0, _store.CountOf("release " + Duty));
        Assert.Equal("b", _store[Duty]!.Owner);
    }

    [Fact]
    public async Task Reminders_name_every_duty_again_and_again()
    {
        var region = CreateTestProbe();
        Sys.ActorOf(DutyReminder.PropsFor(region, Environment() with { Duties = ["control", "jobs-0"] }));
        for (var round = 0; round < 3; round++)
        {
            Assert.Equal("control", (await region.ExpectMsgAsync<DutyMessages.Remind>()).Duty);
            Assert.Equal("jobs-0", (await region.ExpectMsgAsync<DutyMessages.Remind>()).Duty);
            Advance(_settings.RemindPause);
        }
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(3, 2)]
    [InlineData(6, 4)]
    [InlineData(300, 200)]
    public void Duty_hears_no_more_of_many_nodes_than_of_three(int nodes, int seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), DutyReminder.PauseOf(_settings.RemindPause, nodes));

    [Fact]
    public void Silence_is_noticed_before_the_store_gives_a_duty_away() => Assert.True(_settings.RenewPause * 2 < _settings.Patience && _settings.Patience < _settings.Lifetime);

    private DutyEnvironment Environment() => new("a", _store, Time) { Duties = [Duty], PartOf = _ => _part, Settings = _settings };

    private IActorRef Start() => Sys.ActorOf(DutyActor.PropsFor(Duty, Environment()));

    private async Task<IActorRef> StartAsync()
    {
        var duty = Start();
        await Eventually.TrueAsync(async () => (await LocateAsync(duty)).Epoch is not null, Limit, "it is served");
        return duty;
    }

    private Task<DutyMessages.Home> LocateAsync(IActorRef duty) => duty.Ask<DutyMessages.Home>(new DutyMessages.Locate(Duty), Limit);

    private Task ServesAsync(IActorRef duty, long epoch, double step) => AdvanceUntilAsync(Eventually.TrueAsync(async () => (await LocateAsync(duty)).Epoch == epoch, Limit, $"it is served in epoch {epoch}"), step);

    private sealed class RecordingPart(TimeProvider time) : IDutyPart
    {
        private readonly List<IActorRef> _children = [];
        private readonly List<IActorRef> _stopped = [];

        public List<DutyClaim> Begun { get; } = [];

        public List<DutyTenure> Tenures { get; } = [];

        public List<(DutyClaim Claim, DateTimeOffset At)> Ended { get; } = [];

        /// <summary>So many beginnings fail half-way.</summary>
        public int Failures { get; set; }

        public IActorRef Child(int index) => _children[index];

        public bool HasStopped(int index)
        {
            lock (_stopped)
                return _stopped.Contains(_children[index]);
        }

        public IReadOnlyList<IActorRef> Begin(DutyClaim claim, DutyTenure tenure, IActorContext context)
        {
            Begun.Add(claim);
            Tenures.Add(tenure);
            var first = context.ActorOf(Props.Create(() => new Worker(_stopped)));
            _children.Add(first);
            if (Failures-- > 0)
                throw new InvalidOperationException("half of it");
            _children.Add(context.ActorOf(Props.Create(() => new Worker(_stopped))));
            return _children[^2..];
        }

        void IDutyPart.Ended(DutyClaim claim) => Ended.Add((claim, time.GetUtcNow()));
    }

    private sealed class Worker(List<IActorRef> stopped) : UntypedActor
    {
        public const string Fail = "fail";

        protected override void OnReceive(object message) => throw new InvalidOperationException("as asked");

        protected override void PostStop()
        {
            lock (stopped)
                stopped.Add(Self);
        }
    }
}
