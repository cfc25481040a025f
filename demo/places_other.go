package demo

// otherContinents are the Americas and Africa.
func otherContinents() []place {
	return []place{
		{
			language: "en-US", timeZone: "America/Chicago", country: "US", locality: "Chicago", postalCode: "60601", street: "%d Juniper Street",
			phone: "+131255501%02d", currency: "USD", name: givenFirst, payment: [2]string{"card ending in 0042", "bank transfer (ACH)"},
			tariff: [3]int64{2500, 6500, 3000},
			people: [12]person{
				{"Denise", "Whitlock", "denise.whitlock"}, {"Marcus", "Whitlock", "marcus.whitlock"}, {"Tessa", "Whitlock", "tessa.whitlock"},
				{"Raúl", "Benavides", "raul.benavides"}, {"Kaitlyn", "Vandermolen", "kaitlyn.vandermolen"}, {"Jamal", "Prewitt", "jamal.prewitt"},
				{"Wen", "Castellano", "wen.castellano"}, {"Hollis", "McAfferty", "hollis.mcafferty"}, {"Renée", "Thibodeaux", "renee.thibodeaux"},
				{"Otto", "Lindgren", "otto.lindgren"}, {"Shanice", "Granger", "shanice.granger"}, {"Elias", "Kowalczyk", "elias.kowalczyk"},
			},
			organization: person{"Lakeside Bicycle Works LLC", "", "lakeside.bicycle"},
			talks: [2]talk{
				{"Charged after I canceled", "I canceled in spring and was charged again.", "You are right. The charge is refunded, allow three business days."},
				{"Router keeps rebooting", "My router reboots every night at 2.", "A bad firmware. We pushed the fix, let us know how it goes."},
			},
			posts: [3]post{
				{"Meridian support actually called me back. In an hour!", 0.8},
				{"Anybody switched to Meridian fiber downtown?", 0.1},
				{"Meridian is down again and the status page says all good.", -0.9},
			},
		},
		{
			language: "es-MX", timeZone: "America/Merida", country: "MX", locality: "Mérida", postalCode: "97000", street: "Calle 60 núm. %d",
			phone: "+5299900000%02d", currency: "MXN", name: givenFirst, payment: [2]string{"tarjeta", "pago en tienda"},
			tariff: [3]int64{24900, 54900, 19900},
			people: [12]person{
				{"Lucía", "Canché", "lucia.canche"}, {"Andrés", "Peña", "andres.pena"}, {"Ximena", "Peña Canché", "ximena.pena"},
				{"José", "Canché", "jose.canche"}, {"Inés", "Arjona", "ines.arjona"}, {"Martín", "Ordóñez", "martin.ordonez"},
				{"Itzel", "Uc", "itzel.uc"}, {"Héctor", "Núñez", "hector.nunez"}, {"Ángela", "Burgos", "angela.burgos"},
				{"Rubén", "Cetina", "ruben.cetina"}, {"Sofía", "Zapata", "sofia.zapata"}, {"Óscar", "Güemes", "oscar.guemes"},
			},
			organization: person{"Panadería La Ceiba", "", "panaderia.la.ceiba"},
			talks: [2]talk{
				{"No tengo señal", "Desde el huracán no tengo señal en casa.", "La torre ya está reparada, gracias por su paciencia."},
				{"Cambio de titular", "Quiero poner el contrato a nombre de mi hija.", "Le enviamos el formulario, basta con una firma."},
			},
			posts: [3]post{
				{"Meridian cumplió: instalaron el mismo día.", 0.8},
				{"¿Qué tal Meridian en Mérida?", 0},
				{"Una semana sin internet y Meridian no contesta.", -0.9},
			},
		},
		{
			language: "pt-BR", timeZone: "America/Recife", country: "BR", locality: "Recife", postalCode: "50000-000", street: "Rua das Acácias, %d",
			phone: "+55819000001%02d", currency: "BRL", name: givenFirst, payment: [2]string{"PIX", "boleto"},
			tariff: [3]int64{4990, 11990, 5990},
			people: [12]person{
				{"Conceição", "Araújo", "conceicao.araujo"}, {"Antônio", "Araújo", "antonio.araujo"}, {"Luana", "Araújo", "luana.araujo"},
				{"Sebastião", "Leitão", "sebastiao.leitao"}, {"Márcia", "Galvão", "marcia.galvao"}, {"Fábio", "Uchôa", "fabio.uchoa"},
				{"Thaís", "Cordeiro", "thais.cordeiro"}, {"Caetano", "Magalhães", "caetano.magalhaes"}, {"Iracema", "Falcão", "iracema.falcao"},
				{"Otávio", "Simões", "otavio.simoes"}, {"Débora", "Queirós", "debora.queiros"}, {"Júlio", "Guimarães", "julio.guimaraes"},
			},
			organization: person{"Padaria Pão Quentinho Ltda.", "", "padaria.pao.quentinho"},
			talks: [2]talk{
				{"Internet caindo toda hora", "A internet cai toda hora desde sábado.", "Trocamos o cabo na rua. Pode testar, por favor?"},
				{"Segunda via do boleto", "Não recebi o boleto deste mês.", "Segue a segunda via, sem juros."},
			},
			posts: [3]post{
				{"Atendimento nota dez da Meridian!", 0.9},
				{"Alguém usa a fibra da Meridian em Boa Viagem?", 0},
				{"Meridian aumentou o preço de novo.", -0.6},
			},
		},
		{
			language: "ar-EG", timeZone: "Africa/Cairo", country: "EG", locality: "الإسكندرية", postalCode: "21500", street: "%d شارع الياسمين",
			phone: "+20300000%02d", currency: "EGP", name: givenFirst, payment: [2]string{"محفظة إلكترونية", "نقدًا في الفرع"},
			tariff: [3]int64{21000, 52500, 18000},
			people: [12]person{
				{"منى", "الشاذلي", "mona.shazly"}, {"حسام", "درويش", "hossam.darwish"}, {"ملك", "درويش", "malak.darwish"},
				{"كريم", "الشاذلي", "karim.shazly"}, {"سلمى", "عوض", "salma.awad"}, {"مصطفى", "بركات", "mostafa.barakat"},
				{"هدى", "رزق", "hoda.rizk"}, {"عمرو", "سليم", "amr.selim"}, {"ياسمين", "غالي", "yasmin.ghali"},
				{"مينا", "جرجس", "mina.girgis"}, {"إيمان", "البنا", "eman.banna"}, {"طارق", "فهمي", "tarek.fahmy"},
			},
			organization: person{"مكتبة المنارة", "", "manara.bookshop"},
			talks: [2]talk{
				{"الخط مقطوع", "الخط مقطوع من يومين.", "الفني في الطريق إليكم اليوم قبل السادسة."},
				{"استفسار عن الفاتورة", "الفاتورة أعلى من المعتاد.", "تم خصم المبلغ الزائد من الفاتورة القادمة."},
			},
			posts: [3]post{
				{"شكرًا ميريديان على سرعة الرد.", 0.7},
				{"حد جرب ميريديان في إسكندرية؟", 0},
				{"ميريديان، الإنترنت فاصل للمرة الرابعة!", -0.9},
			},
		},
		{
			language: "sw", timeZone: "Africa/Nairobi", country: "KE", locality: "Mombasa", postalCode: "80100", street: "Mwembe Road %d",
			phone: "+2544100000%02d", currency: "KES", name: givenFirst, payment: [2]string{"mobile money", "bank transfer"},
			tariff: [3]int64{100000, 299900, 150000},
			people: [12]person{
				{"Amina", "Mwinyi", "amina.mwinyi"}, {"Juma", "Mwinyi", "juma.mwinyi"}, {"Zuhura", "Mwinyi", "zuhura.mwinyi"},
				{"Baraka", "Kazungu", "baraka.kazungu"}, {"Nyambura", "Gitau", "nyambura.gitau"}, {"Kipkemboi", "Rotich", "kipkemboi.rotich"},
				{"Akinyi", "Ochieng", "akinyi.ochieng"}, {"Mutua", "Nzioka", "mutua.nzioka"}, {"Halima", "Abdalla", "halima.abdalla"},
				{"Chege", "Njuguna", "chege.njuguna"}, {"Neema", "Charo", "neema.charo"}, {"Salim", "Bakari", "salim.bakari"},
			},
			organization: person{"Pwani Fresh Fruits Ltd", "", "pwani.fresh"},
			talks: [2]talk{
				{"Mtandao haufanyi kazi", "Mtandao haufanyi kazi tangu asubuhi.", "Tumerekebisha, tafadhali zima na uwashe modemu."},
				{"Kubadilisha kifurushi", "Nataka kifurushi kikubwa zaidi.", "Tayari, kitaanza kesho."},
			},
			posts: [3]post{
				{"Asante Meridian, huduma ni ya haraka.", 0.8},
				{"Meridian inafika Nyali?", 0},
				{"Meridian, simu zangu hazijibiwi.", -0.6},
			},
		},
		{
			language: "en-NG", timeZone: "Africa/Lagos", country: "NG", locality: "Lagos", postalCode: "101233", street: "%d Hibiscus Crescent",
			phone: "+23410000000%02d", currency: "NGN", name: givenFirst, payment: [2]string{"USSD transfer", "card"},
			tariff: [3]int64{500000, 1800000, 440000},
			people: [12]person{
				{"Folasadé", "Adéyẹmí", "folasade.adeyemi"}, {"Olúwaṣeun", "Adéyẹmí", "oluwaseun.adeyemi"}, {"Tèmítọ́pẹ́", "Adéyẹmí", "temitope.adeyemi"},
				{"Chukwudi", "Eze", "chukwudi.eze"}, {"Aisha", "Danladi", "aisha.danladi"}, {"Ifeanyi", "Nwoke", "ifeanyi.nwoke"},
				{"Blessing", "Okpara", "blessing.okpara"}, {"Musa", "Garba", "musa.garba"}, {"Ẹniọlá", "Balógun", "eniola.balogun"},
				{"Efe", "Omorogbe", "efe.omorogbe"}, {"Hauwa", "Bello", "hauwa.bello"}, {"Tunde", "Fashọlá", "tunde.fashola"},
			},
			organization: person{"Mama Put Kitchens Ltd", "", "mama.put.kitchens"},
			talks: [2]talk{
				{"Data finished too fast", "My data finished in two days, please check.", "An update ran in the background. We gave you 5 GB back."},
				{"SIM swap", "I lost my phone and need my number back.", "Please bring an ID to any shop, it takes ten minutes."},
			},
			posts: [3]post{
				{"Meridian network is strong here o!", 0.8},
				{"Who is using Meridian in Surulere?", 0},
				{"Meridian, why debit me twice?", -0.8},
			},
		},
	}
}
