"""English letters about animals: worries, progress, pictures, thanks."""

CARE = """
== {animal} still limping [dog, cat]
{He} will not put weight on the left hind leg since last night, and {he} is off {his} food. On
{past} it looked so much better. Should we come in today or give it another day of rest?

== Not eating
{animal} has not touched {his} breakfast or last night's supper. {He} drinks, and came to the door
to greet me, but {he} goes back to bed straight away. Is there something I should look for?

== Sick twice in the night [dog, cat, ferret]
{animal} was sick at two and again at five, mostly froth. {He} is bright enough this morning and
wants {his} food. Do I feed {him} or leave the stomach empty until lunch?

== A lump on {his} side [furry, pony]
I found a lump while I was brushing {animal}, about the size of a pea, just behind the ribs. It
moves under the skin and does not seem to hurt. I could not sleep for thinking about it.

== Scratching day and night [dog, cat]
{animal} has scratched {his} neck until it is bare. I have looked for fleas with the comb and
found nothing. We changed the washing powder about three weeks ago, could that be it?

== Photo of {animal}'s eye [photo]
It has been weeping since {past} and this morning it was nearly shut. The picture is not very good
because {he} would not hold still. Does it look as if it could wait until {day}?

== The wound, day five [photo] [dog, cat]
You asked for a picture on the fifth day, so here is one. It is dry, no smell, a bit pink at the
top end. {animal} is very offended by the collar and walks into all the doors.

== Is this normal? [photo] [dog, cat, rabbit]
The place where the stitches were has gone dark around the edge. {animal} lets me touch it. I
attach a photograph next to a coin so that you can see the size.

== Ate something in the park [dog]
{animal} swallowed half a corn cob before I could get it out of {his} mouth. That was an hour ago
and {he} looks very pleased with {himself}. What should I watch for, and how soon?

== Chocolate! [dog]
My grandson shared his chocolate egg with {animal}. I think it was about forty grams, milk
chocolate. {He} weighs {kilos} kg. I rang but the line was busy, so I am writing as well.

== Drinking a lot [dog]
I have started to measure it: {animal} drinks nearly a litre a day now, and asks to go out at
night, which {he} never did. {He} is not young any more. Would you want a sample before we come?

== Not using the tray [cat]
{animal} has begun to go on the bath mat instead of in the tray. It is the same litter as always.
I saw a little pink in it this morning, which is why I am writing and not waiting.

== Came home with a torn ear [cat]
{animal} stayed out all night and came back with a nick out of {his} ear. I have bathed it with
salt water. It is clean now but very warm to the touch.

== Hiding under the bed [cat, dog]
Since the fireworks {animal} has hardly come out from under the bed. {He} eats if I push the bowl
in. Is there something gentle we could give {him} before the next ones?

== Coughing at night [dog, cat]
{animal} coughs when {he} lies down, two or three times, as if there were a hair in {his} throat.
In the day there is nothing. I made a recording on my telephone if that helps {vet}.

== Droppings are smaller [rabbit]
{animal}'s droppings have become very small since the weekend and {he} leaves the hay. I know that
this can go wrong quickly with rabbits, so please tell me honestly if we must come today.

== Sneezing [rabbit, guinea pig] [two]
Both of them have sneezed since I changed the bedding, {animal} more than the other. Clear noses,
good appetite. I have gone back to the old bedding as of this morning.

== Too early to wake up? [tortoise]
{animal} came out of {his} box on {past}, a whole month early, with this mild weather. {He} has
had a bath but will not eat. Do I put {him} back or keep {him} up?

== Feathers everywhere [budgie]
{animal} is pulling out the small feathers on {his} breast. We have moved {his} cage to the
window, and that is the only change I can think of.

== Stiff in the mornings [dog, cat]
It takes {animal} a good ten minutes to get going in the morning, then {he} is fine until the
evening. Are the joint tablets from the pet shop any use, or is it money down the drain?

== Bad breath [dog, cat]
There is no polite way of saying it: {animal}'s breath could stop a clock. One of the back teeth
looks brown to me. Is that a visit with the nurse or with a vet?

== A tick, I think [dog, cat]
I pulled something off {animal}'s leg with tweezers and I am not sure that I got all of it. There
is a small red ring today. I kept the thing in a jar in case you want to see it.

== Stung on the nose [dog, cat]
{animal} argued with a wasp and lost. {His} nose is twice its size but {he} breathes quite
normally. I have held a cold flannel on it. Anything more that I should do?

== Weight, as promised [dog, cat, rabbit]
{kilos} kg this morning on the kitchen scales, which is a little down on last time. {animal} has
had the measured cup twice a day and no toast, in spite of {his} best efforts with my father.

== The tablets make {him} sleepy [dog, cat]
Since the new tablets {animal} sleeps all day. {He} is not unhappy, just not {himself}. Is that
something that passes, or should the dose be smaller?

== How do I get a pill into {animal}? [cat]
I have tried cheese, butter, paté and the towel. {He} eats the cheese and leaves the pill on my
shoe. Do you have it as a liquid? I have scratches up to my elbows.

== Missed a dose
We were away for the night and my brother forgot {animal}'s evening medicine. Do I give two now,
or just carry on? {He} looks well.

== Blood results
Are {animal}'s results back? {vet} said two or three days and it is the fourth. I am sure that no
news is good news, but I keep looking at the telephone.

== {animal} is a new {pet}! [dog]
I just wanted you to know that {animal} ran to the gate this morning for the first time since the
operation. We had quite forgotten that {he} could. Thank you, all of you.

== Thank you [died]
Thank you for your kindness on {past}. You gave us all the time we needed and nobody looked at the
clock. The house is very quiet, but {animal} went without any pain and that is what we will
remember.

== Thank you from {animal} [photo] [dog, cat]
Here is {animal} on the sofa that {he} is not allowed on, ten days after you sewed {him} up.
Please show it to the nurse with the red glasses, she was wonderful with {him}.

== Photographs for {vet} [photos] [dog, cat]
Two pictures, as you asked: one of how {animal} stands from behind and one of the paw. I took them
by the window because the light in the kitchen is hopeless.

== Picture for your wall [photo] [cat, dog]
{animal} turned twelve on {past}! The nurse said that you would like a picture for the board in
the waiting room. {He} had a sardine with a candle next to it.

== First week with {animal} [dog, cat, ferret]
A week since we brought {him} home, and {he} has taken over the house. {He} eats well, sleeps on
my slippers and has met the neighbours. When should {he} come to you for the first time?

== Moving around better [dog, cat]
Quick news after the first three sessions: {animal} climbs the step at the back door by {himself}
again. Shall we keep the next one, or can we leave two weeks between them now?

== The cone of shame [dog, cat]
How much longer must {animal} wear the collar? {He} has taken the paint off the hall and last
night {he} got it stuck behind the washing machine. The stitches look dry to me.

== Is {he} too thin?
My sister saw {animal} for the first time in a year and said that {he} had become thin. I see
{him} every day so I cannot tell. Could we come in just to weigh {him} and have {his} heart
listened to?

== Season [female, dog]
{animal} came into season on {past}, so the operation will have to wait. How many weeks do you
want us to leave it? And what does one do about next door's terrier?

== Off colour after the injection [dog, cat, rabbit]
{animal} had {his} booster with you and has been quiet since, a bit warm behind the ears. I
remember you said that it might happen. How long before I should worry?

== Farrier asks a question [pony]
The farrier thinks that {animal}'s near fore is warm and would like somebody to look before he
puts the shoe back on. He comes again on {day}. Could {vet} fit us in before that?

== Long claws [tortoise, guinea pig, rabbit, budgie]
{animal}'s front claws have begun to curl to one side. {He} walks on them quite happily. Do I cut
them, and if so with what? I am afraid of hurting {him}.

== One small question [dog]
I forgot to ask on {past}: may {animal} go up and down the stairs already? We carry {him}, but
{he} is {kilos} kg and neither of us is getting any younger.

== [re:discharge]
{He} slept well and ate a little chicken at six this morning. Is it all right that {he} has not
been to the toilet yet?

== [re:discharge]
All fine here. One question: the sheet says twice a day with food, and the box says once. Which of
the two do I believe?

== [re:discharge] [photo]
You said to send a picture if it swelled. It has, a little, on the inside. {animal} does not mind
when I press it gently.

== [re:results]
What a relief, thank you for writing so quickly. Do we carry on with the same food until the next
test?

== [re:results]
Thank you. I looked some of those words up and wish I had not. Could {vet} ring me this evening?
Any time after seven.

== [re:followup]
Much better, thank you for asking. {He} finished the tablets on {past} and has been out in the
garden again since the morning.
"""
