"""English letters to the front desk: bookings, papers, money."""

DESK = """
== Appointment for {animal}
Could I book {animal} in for a check-up some time next week? Mornings suit me best, any day but
Wednesday. Nothing urgent, {he} is just due {his} yearly look-over and I would rather not leave
it.

== Need to move our appointment
I am so sorry to do this again, but I have been called in to work and cannot bring {animal} on
{day}. Is there anything later that same week? After four would be ideal.

== Booster due?
I found {animal}'s vaccination card behind the fridge and if I read it correctly the booster was
due last month. Can you check on your side and tell me whether we have to start the course again?

== Cancelling {day}
Please cancel {animal}'s appointment on {day}. {He} seems completely back to normal and my
daughter says I worry too much. If anything changes I will ring you.

== Running late tomorrow
The road past the harbour is closed until noon tomorrow, so we may be ten or fifteen minutes late
for {animal}'s appointment. Shall we still come, or would you rather move us?

== Two pets, one visit [two]
Would it be possible to bring both of mine at the same time? {animal} needs {his} nails done and
the other one only wants weighing. It is an hour on the bus each way, so one trip would be a
kindness.

== Evening surgery
Do you still have the late surgery on Thursdays? I finish at half past five and it is the only day
I can get {animal} to you without taking leave. Any slot from six would do.

== Change of address
We have finally moved! The new address is 14 Limekiln Lane, same town, same telephone number.
Please change it for {animal} too, and for the microchip if that is something you do from your
end.

== New email address [moved]
I am giving up my old work address at the end of the month, so please write to me here from now
on, especially the reminders for {animal}. Nothing else has changed.

== My married name [woman]
Just so that your records are right: I got married in the summer and my passport finally caught
up. My first name, my address and of course {animal} all stay the same.

== Repeat prescription for {animal}
Could you put up another month of {animal}'s tablets, please? We have six left. I can collect on
{day} after lunch if they are ready by then.

== Prescription to take elsewhere
Would {vet} be willing to write a prescription for {animal}'s medicine so that I can order it
online? I know there is a fee and that {he} has to be seen every six months. We were last in on
{past}.

== Flea and worm treatment [furry]
We are nearly out of the flea and worm drops for {animal}. {He} was {kilos} kg when we weighed
{him} at home, so I think it is still the same size of pipette. May I pick up three?

== Special food order [cat, dog]
Please order two bags of the kidney food for {animal}, the one with the green stripe. {He} turned
up {his} nose at the fish flavour, so chicken if you can get it.

== Insulin needles [cat, dog]
We are down to the last handful of needles for {animal}. The ones from the chemist are the wrong
gauge. Can you keep a box behind the desk for me until {day}?

== Ear drops again [dog, cat]
{animal} has started shaking {his} head, exactly like in the spring. I still have half a bottle of
the drops but it was opened in April. Do I throw it away, and may I have a new one?

== Insurance form for {animal} [claim]
The insurer has sent me the form for {animal}'s operation. I have filled in my pages; page two is
for the vet. They want it by the end of the month. Would you send it straight to them, or back to
me?

== Claim turned down
The insurance has refused the claim for {animal} because they say the trouble was there before the
policy started. It was not, {he} had never had so much as a cough. Could {vet} write two lines to
say so?

== Which policy number?
I have to fill in a claim and they ask when {animal} was first seen for this. Was it the visit on
{past} or the one before? A date and the name of the vet is all they need.

== Question about the bill
Thank you for the invoice. There is a line on it for a second blood test, {amount}, and I only
remember one being taken from {animal}. I am not complaining, I would just like to understand it.

== Paid twice, I think
I paid {amount} at the desk on {past} and then my husband paid the same invoice online that
evening, bless him. Could you have a look, and either send it back or leave it on {animal}'s
account?

== Paying in two parts
{animal}'s operation came to more than I had put aside. Could I pay half now and half when my
wages come in on the 28th? I have always settled up with you and I will again.

== Proof of payment [receipt]
Here is the bank's confirmation for {amount}, sent on {past}. I put {animal}'s name and our client
number on it. Please tell me if it has not turned up.

== Copy of the invoice, please
Our accountant is asking for the invoice from {animal}'s visit on {past}. I am sure you gave me
one and I am equally sure that it went through the wash.

== {animal}'s records
We are moving to the other end of the country in January and the new practice would like
{animal}'s history. Can you send it to them, or shall I collect it? We shall miss you all very
much.

== Travelling with {animal} [dog, cat]
We are driving to Brittany at Easter and want to take {animal}. What does {he} need, and how long
before we leave? Someone in the park said four months and it gave me rather a fright.

== Microchip number [dog, cat, rabbit, ferret]
Could you read me {animal}'s chip number from your file? The council's form wants it and the
little card has faded to nothing.

== Boarding kennel wants a paper [dog]
The kennels will not take {animal} without proof of the cough vaccine. We leave on {day}. Is it
something you can email, or does it have to have a stamp on it?

== Puppy classes [dog]
Is {animal} too old for the puppy group? {He} is five months, has had both injections, and thinks
that every other dog in the world came specially to see {him}.

== Nail clip with the nurse [cat, dog, rabbit]
Could {animal} see the nurse for a nail clip? {He} is fine with the left paws and a perfect fiend
about the right ones, so perhaps allow the ten minutes.

== Your new opening hours
Is the surgery open on the Saturday between the holidays? The notice on the door had blown away.
It is only to pick up {animal}'s prescription, so five minutes would do.

== Parking for a wheelchair van
My mother will bring {animal} on {day} and she now uses a chair. Can the van stop by the side
door, and is the ramp still there? She would never ask you herself.

== Left something behind
I think we left {animal}'s blue blanket in the waiting room on {past}. It is older than my car and
not worth a penny, but {he} will not settle without it.

== Please ring my neighbour
I shall be in hospital from {day} for about a week, a new hip. My neighbour Joan has the key and
is feeding {animal}. If there is anything about {him}, please ring her rather than me.

== Taking {animal} off the list [died]
You wrote to remind us about {animal}'s yearly visit. I am afraid {he} died in the summer, at
home, very peacefully. Could you make a note, so that the cards stop coming? You were always good
to {him}.

== Complaint, a small one
We waited for fifty minutes on {past} without anyone telling us why. I know that emergencies come
first and I would want the same for {animal}; a word from the desk would have made all the
difference.

== [re:appointment]
That time is perfect, thank you. I will bring {animal} at five to, with {his} card.

== [re:appointment]
Sorry, I got the weeks mixed up and I am away that day. Could we have the same time one week
later?

== [re:appointment]
Yes please, and could somebody look at {his} teeth while we are there? {He} has been chewing on
one side only.

== [re:invoice]
Paid this morning by bank transfer. Could you send me a receipt for the insurance, with {animal}'s
name on it?

== [re:invoice]
Thank you. It is a little more than the estimate said, so before I pay could somebody tell me what
the extra {amount} was for?

== [re:estimate]
We have talked it over and we would like to go ahead. Which day would {animal} come in, and from
what time should {he} have nothing to eat?

== [re:estimate]
That is rather more than we thought. Is there a way of doing it in two steps, the most important
part first? We do not want {animal} to be in pain while we save up.

== [re:reminder]
Thank you for the reminder. Is it the full set this year or only the small one? I would like to
come on {day} if you have room.
"""
